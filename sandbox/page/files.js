// Files: those in messages, and the fields of forms that take some.
import { element, icon } from "./dom.js";
import { act, attach } from "./server.js";
import { seen } from "./state.js";

const addressOf = (id) => `/sandbox/file/${id}?${new URLSearchParams({ as: seen.me })}`;

function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// The image of a `slack_file`, by its id or its address.
export const slackImage = ({ id, url }, alt) =>
  element("img", { src: addressOf(id || /\bF[A-Z0-9]{8,}\b/.exec(url)?.[0]), alt, loading: "lazy" });

function shared({ id, name, title, alt_text: alt, size, kind, is_picture: isPicture }) {
  const called = title || name;
  return element(
    "li",
    {},
    isPicture ? slackImage({ id }, alt || called) : null,
    element("a", { href: addressOf(id), download: name, "data-action": `~file ${id}` }, called),
    element("small", {}, [kind, sizeWords(size), called === name ? "" : name].filter(Boolean).join(" · ")),
  );
}

export const sharedFiles = (files) =>
  files?.length ? element("ul", { class: "files", "aria-label": files.length === 1 ? "File" : "Files" }, files.map(shared)) : null;

// What the server last knew to be attached; it alone keeps these.
export const attachedTo = (part, block, place) => place.held(block.block_id, part.action_id)?.files || [];

export function fileField(part, block, place) {
  const where = { ...place.where, block_id: block.block_id, action_id: part.action_id };
  const picked = element("input", {
    type: "file",
    multiple: part.max_files !== 1,
    accept: part.filetypes?.map((type) => `.${type.replace(/^\./, "")}`).join(","),
    "data-action": part.action_id,
    "data-first": part.focus_on_load,
  });
  picked.addEventListener("change", async () => {
    for (const [at, file] of [...picked.files].entries()) await attach(at ? { ...where, beside: 1 } : where, file);
    picked.value = "";
  });
  const remove = (file) =>
    element(
      "button",
      { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}`, "data-action": `${part.action_id} ${file.id}`, onclick: () => act("detach", { ...where, file: file.id }) },
      icon("cross"),
    );
  const held = attachedTo(part, block, place).map((file) => element("li", {}, element("span", {}, file.name, element("small", {}, ` · ${sizeWords(file.size)}`)), remove(file)));
  return element("div", { class: "file-field" }, held.length ? element("ul", { class: "files", "aria-label": "Attached" }, held) : null, picked);
}
