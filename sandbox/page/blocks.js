// Blocks as elements: what Slack shows, in words and controls.
import { element, words } from "./mrkdwn.js";
import { control, field } from "./inputs.js";

const RICH = {
  rich_text_section: "p",
  rich_text_quote: "blockquote",
  rich_text_preformatted: "pre",
};

function richPiece(piece, world) {
  if (piece.type === "text") {
    const style = piece.style || {};
    const tag = style.code ? "code" : style.bold ? "strong" : style.italic ? "em" : style.strike ? "s" : "span";
    return element(tag, {}, piece.text);
  }
  if (piece.type === "link") return element("a", { href: piece.url, rel: "noopener" }, piece.text || piece.url);
  if (piece.type === "user") return words({ type: "mrkdwn", text: `<@${piece.user_id}>` }, world);
  if (piece.type === "channel") return words({ type: "mrkdwn", text: `<#${piece.channel_id}>` }, world);
  if (piece.type === "emoji") return `:${piece.name}:`;
  return piece.text || "";
}

function richText(part, world) {
  if (part.type === "rich_text_list") {
    const items = part.elements.map((item) => element("li", {}, richText(item, world)));
    return element(part.style === "ordered" ? "ol" : "ul", {}, items);
  }
  return element(RICH[part.type] || "p", {}, part.elements.map((piece) => richPiece(piece, world)));
}

const cellWords = (cell, world) =>
  cell.type === "rich_text" ? cell.elements.map((part) => richText(part, world)) : cell.text ?? "";

const KINDS = {
  header: (block, { world }) => element("h3", {}, words(block.text, world)),
  divider: () => element("hr"),
  section: (block, place) => {
    const text = block.text && element("div", { class: "text" }, words(block.text, place.world));
    const columns =
      block.fields &&
      element("div", { class: "fields" }, block.fields.map((each) => element("div", {}, words(each, place.world))));
    const beside = block.accessory && control(block.accessory, block, place);
    return element("div", { class: "section" }, element("div", {}, text, columns), beside);
  },
  context: (block, place) =>
    element(
      "div",
      { class: "context" },
      block.elements.map((each) =>
        each.type === "image" ? image(each) : element("span", {}, words(each, place.world)),
      ),
    ),
  actions: (block, place) =>
    element("div", { class: "actions" }, block.elements.map((each) => control(each, block, place))),
  image: (block, { world }) =>
    element("figure", {}, image(block), block.title && element("figcaption", {}, words(block.title, world))),
  input: (block, place) => field(block, place),
  rich_text: (block, { world }) => element("div", {}, block.elements.map((part) => richText(part, world))),
  markdown: (block) => element("div", { class: "markdown" }, block.text),
  table: (block, { world }) => {
    const rows = block.rows.map((row) =>
      element("tr", {}, row.map((cell) => element("td", {}, cellWords(cell, world)))),
    );
    return element("table", {}, rows);
  },
};

const image = (each) => element("img", { src: each.image_url, alt: each.alt_text });

export function blocks(list, place) {
  return list.map((block) => {
    const draw = KINDS[block.type];
    const made = draw ? draw(block, place) : element("pre", { class: "unknown" }, JSON.stringify(block, null, 1));
    made.dataset.block = block.block_id;
    return made;
  });
}
