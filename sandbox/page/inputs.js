// Buttons, menus and fields. `place` says where they stand: its world, what is typed, how to act.
import { element, plainWords, words } from "./mrkdwn.js";

const TYPES = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};
const FIELDS = {
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  users_select: ["selected_user", "initial_user"],
  channels_select: ["selected_channel", "initial_channel"],
  conversations_select: ["selected_conversation", "initial_conversation"],
};
const WAIT_MS = 300;
let counted = 0;

const inForm = (block) => block.type === "input";
const named = (part) => (part.placeholder && part.placeholder.text) || (part.text && part.text.text) || part.action_id;

// What the element holds now, by what was typed here, was typed before, or it began with.
function held(part, block, place, name, initial) {
  const entry = place.held(block.block_id, part.action_id);
  return entry && name in entry ? entry[name] : part[initial];
}

function changed(part, block, place, entry) {
  place.hold(block.block_id, part.action_id, { type: part.type, ...entry });
  if (!inForm(block) || block.dispatch_action) place.press(part, block, entry);
}

function typed(part, block, place) {
  const [name, initial] = FIELDS[part.type] || ["value", "initial_value"];
  const now = held(part, block, place, name, initial) ?? "";
  const made = element(part.multiline || part.type === "rich_text_input" ? "textarea" : "input", {
    type: TYPES[part.type],
    placeholder: part.placeholder && part.placeholder.text,
    maxlength: part.max_length,
    step: part.is_decimal_allowed ? "any" : null,
    "aria-label": inForm(block) ? null : named(part),
  });
  made.value = part.type === "datetimepicker" && now ? new Date(now * 1000).toISOString().slice(0, 16) : now;
  const told = () => {
    if (part.type === "datetimepicker") return made.value ? Date.parse(`${made.value}Z`) / 1000 : null;
    return made.value || null;
  };
  const heard = (part.dispatch_action_config || {}).trigger_actions_on || [];
  let waiting;
  made.addEventListener("input", () => {
    place.hold(block.block_id, part.action_id, { type: part.type, [name]: told() });
    const atOnce = block.dispatch_action && (heard.includes("on_character_entered") || part.type in FIELDS);
    if (!atOnce && inForm(block)) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => place.press(part, block, { [name]: told() }), WAIT_MS);
  });
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || part.multiline || !inForm(block)) return;
    if (block.dispatch_action && !heard.includes("on_character_entered")) {
      event.preventDefault();
      place.press(part, block, { [name]: told() });
    }
  });
  return made;
}

// Choices as [value, words] with what each stands for.
function choices(part, world) {
  if (part.type.includes("users")) return world.users.map((user) => [user.id, user.real_name, user.id]);
  if (part.type.includes("channels") || part.type.includes("conversations"))
    return world.channels.map((channel) => [channel.id, `#${channel.name}`, channel.id]);
  const groups = part.option_groups || [{ options: part.options || [] }];
  return groups.flatMap((group) => group.options).map((each) => [each.value, plainWords(each.text.text, world), each]);
}

const bare = ({ text, value, description }) => (description ? { text, value, description } : { text, value });

function menu(part, block, place) {
  const many = part.type.startsWith("multi_");
  const [name, initial] = many
    ? [`selected_${manyField(part.type)}`, `initial_${manyField(part.type)}`]
    : FIELDS[part.type] || ["selected_option", "initial_option"];
  const now = held(part, block, place, name, initial);
  const values = [now || []].flat().map((each) => each.value ?? each);
  const known = choices(part, place.world);
  const made = element("select", { multiple: many, "aria-label": inForm(block) ? null : named(part) });
  if (!many) made.append(element("option", { value: "", disabled: !block.optional }, named(part)));
  for (const [value, shown] of known)
    made.append(element("option", { value, selected: values.includes(value) }, shown));
  if (!values.length && !many) made.selectedIndex = 0;
  made.addEventListener("change", () => {
    const found = [...made.selectedOptions].map((each) => known.find(([value]) => value === each.value));
    const told = found.filter(Boolean).map(([, , stands]) => (stands.value ? bare(stands) : stands));
    changed(part, block, place, { [name]: many ? told : (told[0] ?? null) });
  });
  return made;
}

const manyField = (type) => ({ users: "users", channels: "channels", conversations: "conversations" })[type.split("_")[1]] || "options";

// A menu that asks the app for its choices.
function searching(part, block, place) {
  const list = element("ul", { role: "listbox", hidden: true, id: `found-${++counted}` });
  const now = held(part, block, place, "selected_option", "initial_option");
  const box = element("input", {
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": list.id,
    "aria-label": inForm(block) ? null : named(part),
    placeholder: named(part),
  });
  box.value = now ? now.text.text : "";
  const close = () => ((list.hidden = true), box.setAttribute("aria-expanded", "false"));
  const choose = (each) => {
    box.value = each.text.text;
    close();
    changed(part, block, place, { selected_option: bare(each) });
  };
  const ask = async () => {
    if (box.value.length < (part.min_query_length ?? 3)) return close();
    const answer = await place.suggest(part, block, box.value);
    const found = (answer.options || []).map((each) =>
      element("li", { role: "option", tabindex: 0, onclick: () => choose(each), onkeydown: (event) => event.key === "Enter" && choose(each) }, each.text.text),
    );
    list.replaceChildren(...(found.length ? found : [element("li", {}, "Nothing found")]));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  };
  let waiting;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT_MS);
  });
  box.addEventListener("focus", () => (box.select(), part.min_query_length === 0 && ask()));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) (event.stopPropagation(), close());
    if (event.key === "ArrowDown" && list.firstChild) list.firstChild.focus();
    if (event.key === "Enter") (event.preventDefault(), list.querySelector("[role=option]")?.click());
  });
  return element("span", { class: "searching" }, box, list);
}

function ticked(part, block, place) {
  const one = part.type === "radio_buttons";
  const name = one ? "selected_option" : "selected_options";
  const now = [held(part, block, place, name, name.replace("selected", "initial")) || []].flat();
  const group = `group-${++counted}`;
  const boxes = part.options.map((each) => {
    const box = element("input", { type: one ? "radio" : "checkbox", name: group });
    box.checked = now.some((known) => known.value === each.value);
    return [box, each];
  });
  const told = () => boxes.filter(([box]) => box.checked).map(([, each]) => bare(each));
  for (const [box] of boxes)
    box.addEventListener("change", () => changed(part, block, place, { [name]: one ? (told()[0] ?? null) : told() }));
  return element("span", { class: "ticked", role: "group" }, boxes.map(([box, each]) => element("label", {}, box, words(each.text, place.world))));
}

function overflow(part, block, place) {
  const press = (each) => (made.removeAttribute("open"), place.press(part, block, { selected_option: bare(each) }));
  const items = part.options.map((each) =>
    element("button", { type: "button", role: "menuitem", onclick: () => press(each) }, each.text.text),
  );
  const made = element("details", { class: "overflow" }, element("summary", { "aria-label": "More actions" }, "⋯"), element("div", { role: "menu" }, items));
  made.addEventListener("keydown", (event) => event.key === "Escape" && made.removeAttribute("open"));
  return made;
}

export function control(part, block, place) {
  if (part.type === "button") {
    const press = () => (part.url && window.open(part.url, "_blank", "noopener"), place.press(part, block, {}));
    return element("button", { type: "button", class: part.style || "usual", onclick: press, "aria-label": part.accessibility_label }, part.text.text);
  }
  if (part.type === "image") return element("img", { src: part.image_url, alt: part.alt_text });
  if (part.type === "overflow") return overflow(part, block, place);
  if (part.type.endsWith("external_select")) return searching(part, block, place);
  if (part.type.endsWith("select")) return menu(part, block, place);
  if (part.type === "checkboxes" || part.type === "radio_buttons") return ticked(part, block, place);
  return typed(part, block, place);
}

// A labelled field of a form, with its hint and what is wrong with it.
export function field(block, place) {
  const made = control(block.element, block, place);
  const id = `field-${++counted}`;
  const inner = made.matches("input, textarea, select") ? made : made.querySelector("input");
  inner.id = id;
  const wrong = place.errors[block.block_id];
  const notes = [];
  if (wrong) notes.push(element("p", { class: "wrong", id: `${id}-wrong` }, wrong));
  if (block.hint) notes.push(element("p", { class: "hint", id: `${id}-hint` }, words(block.hint, place.world)));
  if (notes.length) inner.setAttribute("aria-describedby", notes.map((note) => note.id).join(" "));
  if (wrong) inner.setAttribute("aria-invalid", "true");
  if (!block.optional) inner.setAttribute("aria-required", "true");
  const label = element("label", { for: id }, words(block.label, place.world), block.optional ? element("small", {}, " (optional)") : null);
  return element("div", { class: wrong ? "field is-wrong" : "field" }, label, made, notes);
}
