// Where one writes: messages, and slash commands with what they take.
import { element } from "./mrkdwn.js";

export function composer(form, box, list, commands, send) {
  let chosen = 0;

  const fitting = () => {
    const text = box.value;
    if (!text.startsWith("/") || text.includes(" ")) return [];
    return commands().filter((each) => each.command.startsWith(text));
  };

  const show = () => {
    const found = fitting();
    chosen = Math.min(chosen, Math.max(0, found.length - 1));
    list.hidden = !found.length;
    list.replaceChildren(
      ...found.map((each, place) =>
        element("li", { role: "option", "aria-selected": String(place === chosen), onclick: () => take(each) }, element("strong", {}, each.command), ` ${each.usage_hint} `, element("small", {}, each.description)),
      ),
    );
  };

  const take = (each) => {
    box.value = `${each.command} `;
    box.focus();
    show();
  };

  box.addEventListener("input", show);
  box.addEventListener("keydown", (event) => {
    const found = fitting();
    if (!found.length) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
      event.preventDefault();
      show();
    } else if (event.key === "Tab" || (event.key === "Enter" && box.value !== found[chosen].command)) {
      event.preventDefault();
      take(found[chosen]);
    } else if (event.key === "Escape") {
      list.hidden = true;
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    show();
    const answer = await send(text);
    if (!answer.ok) box.value = text;
    box.focus();
  });
}
