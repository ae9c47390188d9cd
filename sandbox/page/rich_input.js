// A rich text field: written with the marks of mrkdwn, told to the app as a rich_text block.
import { element } from "./dom.js";

const MARKS = { bold: "*", italic: "_", strike: "~", code: "`" };
const SPAN = /`([^`\n]+)`|\*([^*\n]+)\*|\b_([^_\n]+)_\b|~([^~\n]+)~|(https?:\/\/\S+)/;
const BULLET = /^[-•] +/;
const NUMBER = /^\d+[.)] +/;
const QUOTE = /^> ?/;
const BUTTONS = [
  ["Bold", "B", (text) => `*${text}*`],
  ["Italic", "I", (text) => `_${text}_`],
  ["Strike", "S", (text) => `~${text}~`],
  ["Code", "<>", (text) => `\`${text}\``],
  ["Bulleted list", "•", (text) => text.split("\n").map((line) => `- ${line}`).join("\n")],
  ["Numbered list", "1.", (text) => text.split("\n").map((line, at) => `${at + 1}. ${line}`).join("\n")],
  ["Quote", "“", (text) => text.split("\n").map((line) => `> ${line}`).join("\n")],
];

function pieces(text) {
  const made = [];
  let rest = text;
  for (let found; (found = SPAN.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    if (found.index) made.push({ type: "text", text: rest.slice(0, found.index) });
    const [, code, bold, italic, strike, url] = found;
    const [style] = Object.entries({ code, bold, italic, strike }).find(([, words]) => words) || [];
    if (url) made.push({ type: "link", url });
    else made.push({ type: "text", text: code || bold || italic || strike, style: { [style]: true } });
  }
  if (rest) made.push({ type: "text", text: rest });
  return made;
}

const section = (text) => ({ type: "rich_text_section", elements: pieces(text) });

function kindOf(line) {
  if (BULLET.test(line)) return "bullet";
  if (NUMBER.test(line)) return "ordered";
  return QUOTE.test(line) ? "quote" : "text";
}

function part({ kind, lines }) {
  if (kind === "quote")
    return { type: "rich_text_quote", elements: pieces(lines.map((line) => line.replace(QUOTE, "")).join("\n")) };
  if (kind === "text") return section(lines.join("\n"));
  const mark = kind === "bullet" ? BULLET : NUMBER;
  return { type: "rich_text_list", style: kind, indent: 0, border: 0, elements: lines.map((line) => section(line.replace(mark, ""))) };
}

export function richFrom(text) {
  if (!text.trim()) return null;
  const runs = [];
  for (const line of text.split("\n")) {
    const kind = kindOf(line);
    if (runs.at(-1)?.kind === kind) runs.at(-1).lines.push(line);
    else runs.push({ kind, lines: [line] });
  }
  return { type: "rich_text", elements: runs.map(part) };
}

function written(piece) {
  const words = piece.text ?? piece.url ?? (piece.name ? `:${piece.name}:` : "");
  const style = Object.keys(MARKS).find((each) => piece.style?.[each]);
  return style ? `${MARKS[style]}${words}${MARKS[style]}` : words;
}

export function textOf(rich) {
  const line = (each) => each.elements.map(written).join("");
  return (rich?.elements || [])
    .map((each) => {
      if (each.type === "rich_text_list")
        return each.elements.map((item, at) => `${each.style === "ordered" ? `${at + 1}.` : "-"} ${line(item)}`).join("\n");
      return each.type === "rich_text_quote" ? line(each).replace(/^/gm, "> ") : line(each);
    })
    .join("\n");
}

// Buttons that put marks around what is chosen in the box.
export function toolbar(box) {
  const buttons = BUTTONS.map(([name, face, mark]) => {
    const press = () => {
      const [start, end] = [box.selectionStart, box.selectionEnd];
      const marked = mark(box.value.slice(start, end));
      box.focus();
      box.setRangeText(marked, start, end, "select");
      box.dispatchEvent(new Event("input", { bubbles: true }));
    };
    return element("button", { type: "button", class: "plain", "aria-label": name, title: name, onclick: press }, face);
  });
  return element("div", { class: "toolbar", role: "group", "aria-label": "Formatting" }, buttons);
}
