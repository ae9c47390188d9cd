// The table and data_table blocks.
import { element, newId } from "./dom.js";
import { richText } from "./rich_text.js";

const PAGE = 10; // rows where a data_table does not say

const shown = (cell) => (cell.type === "rich_text" ? richText(cell) : cell.text ?? "");

function row(cells, head, settings, asHeader) {
  return element(
    "tr",
    {},
    cells.map((cell, at) => {
      const { align, is_wrapped: wrapped } = settings[at] || {};
      const number = cell.type === "raw_number";
      const tag = head || at === asHeader ? "th" : "td";
      const scope = head ? "col" : at === asHeader ? "row" : null;
      const names = [align || (number ? "right" : "left"), wrapped ? "wraps" : ""];
      return element(tag, { scope, class: names.join(" ").trim() }, shown(cell));
    }),
  );
}

// A frame that scrolls sideways by itself, reachable by keyboard.
const frame = (name, table) => element("div", { class: "wide", tabindex: "0", role: "region", "aria-label": name }, table);

export function table(block) {
  const settings = block.column_settings || [];
  const [head, ...body] = block.rows;
  const made = element(
    "table",
    {},
    element("thead", {}, row(head, true, settings)),
    element("tbody", {}, body.map((cells) => row(cells, false, settings))),
  );
  return element("div", {}, frame("Table", made));
}

export function dataTable(block) {
  const [head, ...rows] = block.rows;
  const size = block.page_size || PAGE;
  const settings = head.map((_, at) => ({ align: rows.every((cells) => cells[at]?.type === "raw_number") ? "right" : "left" }));
  const body = element("tbody");
  const caption = newId("caption");
  const where = element("span", { role: "status" });
  let first = 0;
  const turn = (by) => {
    first += by;
    const last = Math.min(rows.length, first + size);
    body.replaceChildren(...rows.slice(first, last).map((cells) => row(cells, false, settings, block.row_header_column_index)));
    where.textContent = `${first + 1}–${last} of ${rows.length}`;
    back.setAttribute("aria-disabled", first === 0);
    on.setAttribute("aria-disabled", last === rows.length);
  };
  const button = (words, by) =>
    element("button", { type: "button", onclick: ({ currentTarget }) => currentTarget.getAttribute("aria-disabled") !== "true" && turn(by) }, words);
  const back = button("Previous", -size);
  const on = button("Next", size);
  turn(0);
  const made = element("table", { "aria-labelledby": caption }, element("thead", {}, row(head, true, settings)), body);
  return element(
    "figure",
    { class: "data-table" },
    element("figcaption", { id: caption }, block.caption),
    frame(block.caption, made),
    rows.length > size ? element("div", { class: "pages" }, back, where, on) : null,
  );
}
