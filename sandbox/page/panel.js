// What Slack knows and a member does not see: the clock, the connection, what was wrong.
import { byId, element } from "./dom.js";
import { active, faults } from "./faults.js";
import { keep } from "./keep.js";
import { act } from "./server.js";
import { seen } from "./state.js";

const STEPS = [["1 hour", 3600], ["1 day", 86400], ["1 week", 604800]];

const item = (key, what, draw) => ({ key, mark: JSON.stringify(what), draw });
const heading = (words) => item(words, words, () => element("h3", {}, words));

function clock({ now, frozen }) {
  const moment = new Date(now).toLocaleString("en-GB", { timeZone: seen.world.me.tz, dateStyle: "full", timeStyle: "short" });
  return element("p", {}, moment, frozen ? " (stopped)" : "");
}

function hands({ frozen }) {
  const ahead = STEPS.map(([name, seconds]) =>
    element("button", { type: "button", "data-action": name, onclick: () => act("clock", { advance_seconds: seconds }) }, `+ ${name}`),
  );
  const hold = element("button", { type: "button", "data-action": "hold", onclick: () => act("clock", frozen ? { resume: true } : { freeze: true }) }, frozen ? "Let it run" : "Stop it");
  return element("div", { class: "actions" }, ahead, hold);
}

function connection({ delivery, connected }) {
  const words =
    delivery === "http" ? "Signed HTTP requests" : `Socket Mode, ${connected} ${connected === 1 ? "connection" : "connections"}`;
  const isUp = delivery === "http" || connected > 0;
  return element("p", { class: isUp ? "is-up" : "is-down" }, element("i", { "aria-hidden": "true" }), words);
}

function finding({ where, error, detail, warning }) {
  return element("li", { class: warning ? "advice" : "wrong" }, element("strong", {}, `${where}: ${error}`), element("p", {}, detail));
}

function findings(all) {
  return all.length ? element("ul", { class: "findings" }, all.map(finding)) : element("p", { class: "quiet" }, "Nothing so far.");
}

export function showPanel() {
  if (!seen.world) return; // opened before anything came; it is drawn with what comes
  const { clock: now, delivery, connected, findings: found, faults: offered, active_faults: running } = seen.world;
  byId("inside").querySelector(".count").hidden = !found.length;
  byId("inside").querySelector(".count").textContent = found.length;
  if (byId("panel").hidden) return;
  const withFaults = offered?.length
    ? [heading("Faults"), item("active", running || [], () => active(running || [])), item("faults", offered, () => faults(offered))]
    : [];
  keep(byId("panel-body"), [
    heading("Clock"),
    item("now", [now.now.slice(0, 16), now.frozen], () => clock(now)),
    item("hands", now.frozen, () => hands(now)),
    heading("Connection"),
    item("connection", [delivery, connected], () => connection(seen.world)),
    heading("What a real Slack would mind"),
    item("findings", found, () => findings(found)),
    ...withFaults,
  ]);
}
