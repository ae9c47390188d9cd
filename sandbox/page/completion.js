// What fits to what is being typed: commands, people after @, channels after #.
import { seen } from "./state.js";

const begins = (words, typed) => words.toLowerCase().startsWith(typed.toLowerCase());

// Each has `words` to show, `more`, and `text` to put in place of the typed part.
export function completions(text, { commands = true } = {}) {
  if (!seen.world) return [];
  if (commands && /^\/\S*$/.test(text))
    return seen.world.commands
      .filter(({ command }) => begins(command, text))
      .map(({ command, usage_hint: hint, description: more }) => ({ words: command, hint, more, text: `${command} ` }));
  const [, sign, typed] = /(?:^|\s)([@#])(\S*)$/.exec(text) || [];
  const start = text.slice(0, text.length - (typed?.length ?? 0));
  if (sign === "@") {
    const people = seen.world.users.filter(({ name, real_name: real, deleted }) => !deleted && (begins(name, typed) || begins(real, typed)));
    const groups = seen.world.user_groups.filter(({ handle }) => begins(handle, typed));
    return [...people.map(({ name, real_name: more }) => [name, more]), ...groups.map(({ handle, name }) => [handle, `${name} (group)`])].map(
      ([word, more]) => ({ words: `@${word}`, more, text: `${start}${word} ` }),
    );
  }
  if (sign === "#")
    return seen.world.channels.filter(({ name }) => begins(name, typed)).map(({ name }) => ({ words: `#${name}`, text: `${start}${name} ` }));
  return [];
}

// What the command at the beginning takes.
export function usage(text) {
  const found = seen.world && /^\/\S+(?=\s)/.test(text) && seen.world.commands.find(({ command }) => text.startsWith(`${command} `));
  return found ? `${found.command} ${found.usage_hint}` : "";
}
