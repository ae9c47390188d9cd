// What may go wrong on purpose, built from what the local Slack says it can do.
import { element, newId } from "./dom.js";
import { act } from "./server.js";

function input(field, id) {
  if (field.kind === "choice") {
    const options = (field.choices || []).map((choice) => element("option", { value: choice, selected: choice === field.initial }, choice));
    return element("select", { id, name: field.name }, options);
  }
  const type = field.kind === "number" ? "number" : "text";
  return element("input", { id, name: field.name, type, step: "any", value: field.initial });
}

function labelled(field) {
  const id = newId("fault");
  return element("div", { class: "pair" }, element("label", { for: id }, field.words), input(field, id));
}

function fault({ name, words, fields = [] }) {
  const send = (event) => {
    event.preventDefault();
    act("fault", { name, values: Object.fromEntries(new FormData(event.currentTarget)) });
  };
  const inside = element("form", { class: "fault", onsubmit: send }, fields.map(labelled), element("button", {}, "Make it happen"));
  return element("details", {}, element("summary", {}, words), inside);
}

export const faults = (offered) => element("div", { class: "faults" }, offered.map(fault));

export function active(running) {
  if (!running.length) return element("p", { class: "quiet" }, "None is on.");
  return element(
    "div",
    {},
    element("ul", { class: "running" }, running.map((words) => element("li", {}, words))),
    element("button", { type: "button", "data-action": "clear", onclick: () => act("clear_faults") }, "End all faults"),
  );
}
