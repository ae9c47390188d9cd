// A menu one can type in, for every kind of select: of one or several, of known or asked choices.
import { chosenIn, fitting, offered, ofOption } from "./choices.js";
import { element, icon, newId } from "./dom.js";
import { float } from "./floating.js";
import { handsOn } from "./keep.js";
import { changed, isField, nameOf } from "./values.js";

const WAIT_MS = 250;

const hintOf = (part) => part.placeholder?.text || "Choose …";

export function select(part, block, place) {
  const many = part.type.startsWith("multi_");
  const asks = part.type.includes("external");
  const most = part.max_selected_items || Infinity;
  const list = element("ul", { role: "listbox", class: "floating listbox", popover: "manual", id: newId("list"), "aria-multiselectable": many || null });
  const input = element("input", {
    type: "text",
    role: "combobox",
    autocomplete: "off",
    "aria-expanded": "false",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "data-action": part.action_id,
    "data-first": part.focus_on_load,
    placeholder: hintOf(part),
    "aria-label": isField(block) ? null : nameOf(part),
  });
  const chips = element("span", { class: "chips" });
  const made = element("div", { class: many ? "select many" : "select" }, chips, input, icon("down"), list);
  let chosen = chosenIn(part, block, place);
  let groups = [];
  let active = -1;
  let floating = null;
  let round = 0;
  let waiting;
  let isGiven = false;
  let early = null; // keys pressed while the choices are on their way

  const options = () => [...list.querySelectorAll("[role=option]")];
  const holds = (choice) => chosen.some(({ id }) => id === choice.id);
  const flat = () => groups.flatMap((group) => group.choices);

  function settle() {
    input.value = many ? "" : chosen[0]?.words || "";
    if (many) {
      chips.replaceChildren(...chosen.map(chip));
      input.placeholder = chosen.length ? "" : hintOf(part);
    }
  }

  function chip(choice) {
    const press = () => {
      take(chosen.filter(({ id }) => id !== choice.id));
      input.focus();
    };
    return element("span", { class: "chip" }, choice.words, element("button", { type: "button", "aria-label": `Remove ${choice.words}`, onclick: press }, icon("cross")));
  }

  async function take(next) {
    const before = chosen;
    chosen = next;
    settle();
    const told = many ? next.map(({ stands }) => stands) : (next[0]?.stands ?? null);
    if (await changed(part, block, place, told)) return;
    chosen = before;
    settle();
  }

  function choose(choice) {
    if (!many) {
      close();
      return take([choice]);
    }
    if (!holds(choice) && chosen.length >= most) return undefined;
    const done = take(holds(choice) ? chosen.filter(({ id }) => id !== choice.id) : [...chosen, choice]);
    if (asks) show();
    else look();
    point(flat().findIndex(({ id }) => id === choice.id));
    return done;
  }

  function point(at) {
    const all = options();
    active = all.length ? (at + all.length) % all.length : -1;
    all.forEach((option, nth) => option.classList.toggle("is-active", nth === active));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", all[active].id);
      all[active].scrollIntoView({ block: "nearest" });
    }
  }

  function option(choice) {
    const full = many && !holds(choice) && chosen.length >= most;
    return element(
      "li",
      { role: "option", id: newId("option"), "aria-selected": String(holds(choice)), "aria-disabled": full || null, onclick: () => choose(choice) },
      element("span", {}, choice.words, choice.description && element("small", {}, choice.description)),
    );
  }

  function show(note) {
    const drawn = groups.flatMap((group) =>
      group.label
        ? element("li", { role: "presentation" }, element("ul", { role: "group", "aria-label": group.label }, element("li", { role: "presentation", class: "group" }, group.label), group.choices.map(option)))
        : group.choices.map(option),
    );
    list.replaceChildren(...drawn, ...(drawn.length ? [] : [element("li", { role: "presentation", class: "note" }, note)]));
    if (!floating) {
      floating = float(made, list, () => {
        floating = null;
        input.setAttribute("aria-expanded", "false");
        point(-1);
      });
      input.setAttribute("aria-expanded", "true");
    } else floating.again();
    const held = flat().findIndex(holds);
    point(flat().length ? Math.max(0, many ? active : held) : -1);
  }

  // What is typed, where it is not just the name of what is chosen.
  const typed = () => (!many && input.value === chosen[0]?.words ? "" : input.value.trim());

  function look() {
    if (asks) return question();
    groups = fitting(offered(part), typed());
    return show("Nothing fits");
  }

  function question(after = 0) {
    const least = part.min_query_length ?? 3;
    const mine = ++round;
    clearTimeout(waiting);
    groups = [];
    early = null;
    if (typed().length < least) return show(`Type ${least === 1 ? "a letter" : `${least} letters`} to search`);
    early = [];
    waiting = setTimeout(() => answered(mine), after);
    return show("Looking …");
  }

  async function answered(mine) {
    const answer = await place.suggest(part, block, typed());
    if (mine !== round || !floating) return;
    groups = [{ choices: (answer.options || []).map(ofOption) }].filter((group) => group.choices.length);
    show(answer.ok ? "Nothing found" : "The choices could not be loaded");
    const pressed = early;
    early = null;
    for (const key of pressed) press(key);
  }

  function close() {
    clearTimeout(waiting);
    round += 1;
    early = null;
    floating?.close();
  }

  function leave() {
    if (isGiven) return;
    close();
    const emptied = !many && !input.value.trim() && chosen.length && isField(block) && block.optional;
    if (emptied) take([]);
    else settle();
  }

  const keys = (event) => {
    if (event.isComposing || !press(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  function press(key) {
    if (early && floating && ["ArrowDown", "ArrowUp", "Enter"].includes(key)) early.push(key);
    else if (key === "ArrowDown" || key === "ArrowUp") {
      if (!floating) look();
      else point(active + (key === "ArrowDown" ? 1 : -1));
    } else if (key === "Enter" && floating) {
      const choice = flat()[active];
      if (choice) choose(choice);
    } else if (key === "Escape" && floating) {
      close();
      settle();
    } else if (key === "Backspace" && many && !input.value && chosen.length) take(chosen.slice(0, -1));
    else return false;
    return true;
  }

  // A list that is open goes on where it was, though it is drawn anew.
  function give() {
    if (document.activeElement !== input) return null;
    isGiven = true;
    const given = { words: input.value, caret: [input.selectionStart, input.selectionEnd], isOpen: !!floating, at: flat()[active]?.id, groups, early };
    close();
    return given;
  }

  function takeOver(given) {
    input.value = given.words;
    input.setSelectionRange(...given.caret);
    if (!given.isOpen) return;
    if (!asks) look();
    else if (given.early) {
      question();
      early = given.early;
    } else {
      groups = given.groups;
      show("Nothing found");
    }
    const at = flat().findIndex(({ id }) => id === given.at);
    if (at >= 0) point(at);
  }

  handsOn(input, give, takeOver);
  input.addEventListener("input", () => (asks ? question(WAIT_MS) : look()));
  input.addEventListener("keydown", keys);
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", leave);
  made.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) return;
    if (event.target !== input) event.preventDefault();
    if (list.contains(event.target)) return;
    input.focus();
    if (!floating) look();
  });
  settle();
  return made;
}
