// What Slack knows and a member does not see: the clock, the connection, what was wrong.
import { act } from "./app.js";
import { element } from "./mrkdwn.js";

const STEPS = [["1 hour", 3600], ["1 day", 86400], ["1 week", 604800]];

export function showPanel(panel, world) {
  const now = new Date(world.clock.now).toLocaleString("en-GB", { timeZone: world.me.tz, dateStyle: "medium", timeStyle: "short" });
  const ahead = STEPS.map(([name, seconds]) =>
    element("button", { onclick: () => act("clock", { advance_seconds: seconds }) }, `+ ${name}`),
  );
  const hold = element("button", { onclick: () => act("clock", world.clock.frozen ? { resume: true } : { freeze: true }) }, world.clock.frozen ? "Let it run" : "Stop it");
  const found = world.findings.map((each) =>
    element("li", { class: each.warning ? "advice" : "wrong" }, element("strong", {}, `${each.where}: ${each.error}`), ` ${each.detail}`),
  );
  panel.replaceChildren(
    element("h2", {}, "Clock"),
    element("p", {}, now, world.clock.frozen ? " (stopped)" : ""),
    element("div", { class: "actions" }, ahead, hold),
    element("h2", {}, "Connection"),
    element("p", {}, world.delivery === "http" ? "Signed HTTP requests" : `Socket Mode, ${world.connected} connections`),
    element("h2", {}, "What a real Slack would mind"),
    found.length ? element("ul", {}, found) : element("p", {}, "Nothing so far."),
  );
}
