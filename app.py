"""The Slack CLI's entry: `slack run` starts this."""

from bot.cli.entry import main

if __name__ == "__main__":
    main(["run"])
