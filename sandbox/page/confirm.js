// The question before something that is not easily undone.
import { byId, element, newId } from "./dom.js";
import { focusOn, whereabouts } from "./focus.js";
import { words } from "./mrkdwn.js";

export function confirmed(confirm) {
  if (!confirm) return Promise.resolve(true);
  const dialog = byId("confirm");
  const [title, text] = [newId("confirm-title"), newId("confirm-text")];
  const began = whereabouts();
  return new Promise((resolve) => {
    const end = (answer) => {
      dialog.close();
      const back = began();
      if (back) focusOn(back);
      resolve(answer);
    };
    const deny = element("button", { type: "button", onclick: () => end(false) }, confirm.deny.text);
    const kind = confirm.style === "danger" ? "danger" : "primary";
    const yes = element("button", { type: "button", class: kind, onclick: () => end(true) }, confirm.confirm.text);
    dialog.setAttribute("aria-labelledby", title);
    dialog.setAttribute("aria-describedby", text);
    dialog.replaceChildren(
      element("h2", { id: title }, confirm.title.text),
      element("div", { id: text }, words(confirm.text)),
      element("div", { class: "ends" }, deny, yes),
    );
    dialog.oncancel = (event) => {
      event.preventDefault();
      end(false);
    };
    dialog.showModal();
    (kind === "danger" ? deny : yes).focus();
  });
}
