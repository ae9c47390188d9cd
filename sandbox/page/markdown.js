// The markdown block: common Markdown, as elements.
import { element, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

const SPAN =
  /`([^`]+)`|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)|\*\*(.+?)\*\*|__(.+?)__|\*(\S(?:.*?\S)?)\*|(?<!\w)_(\S(?:.*?\S)?)_(?!\w)|~~(.+?)~~|(https?:\/\/[^\s<>)]+)/;
const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/;
const RULE = /^\s*([-*_])(?:\s*\1){2,}\s*$/;
const RANK = /^(#{1,6})\s+(.*?)\s*#*$/;

function spans(text) {
  const made = document.createDocumentFragment();
  let rest = text;
  for (let found; (found = SPAN.exec(rest)); rest = rest.slice(found.index + found[0].length)) {
    made.append(withEmoji(rest.slice(0, found.index)));
    const [, code, label, target, strong, stronger, soft, softer, struck, bare] = found;
    if (code) made.append(element("code", {}, code));
    else if (target) made.append(link(target, spans(label || target)));
    else if (strong || stronger) made.append(element("strong", {}, spans(strong || stronger)));
    else if (soft || softer) made.append(element("em", {}, spans(soft || softer)));
    else if (struck) made.append(element("s", {}, spans(struck)));
    else made.append(link(bare, bare));
  }
  made.append(withEmoji(rest));
  return made;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function table(lines) {
  const row = (line, tag) => element("tr", {}, cells(line).map((cell) => element(tag, {}, spans(cell))));
  const [head, , ...body] = lines;
  return element(
    "div",
    { class: "wide", tabindex: "0", role: "region", "aria-label": "Table" },
    element("table", {}, element("thead", {}, row(head, "th")), element("tbody", {}, body.map((line) => row(line, "td")))),
  );
}

function list(lines) {
  const [, depth, ordered] = ITEM.exec(lines[0]);
  const made = element(ordered ? "ol" : "ul", ordered && ordered !== "1" ? { start: ordered } : {});
  while (lines.length) {
    const [, indent, , tick, text] = ITEM.exec(lines[0]);
    if (indent.length > depth.length && made.lastChild) {
      const below = lines.findIndex((line) => ITEM.exec(line)[1].length <= depth.length);
      made.lastChild.append(list(lines.splice(0, below < 0 ? lines.length : below)));
      continue;
    }
    lines.shift();
    const box = tick && element("input", { type: "checkbox", disabled: true, checked: tick !== " ", "aria-label": "Done" });
    made.append(element("li", box ? { class: "todo" } : {}, box, spans(text)));
  }
  return made;
}

const taken = (lines, fits) => {
  const end = lines.findIndex((line) => !fits(line));
  return lines.splice(0, end < 0 ? lines.length : end);
};

function next(lines) {
  const line = lines[0];
  const rank = RANK.exec(line);
  if (rank) return lines.shift(), element(`h${Math.min(6, rank[1].length + 2)}`, {}, spans(rank[2]));
  if (line.startsWith("```")) {
    lines.shift();
    const code = taken(lines, (each) => !each.startsWith("```"));
    lines.shift();
    return element("pre", {}, code.join("\n"));
  }
  if (RULE.test(line)) return lines.shift(), element("hr");
  if (/^>/.test(line)) {
    const quoted = taken(lines, (each) => /^>/.test(each)).map((each) => each.replace(/^> ?/, ""));
    return element("blockquote", {}, markdown(quoted.join("\n")));
  }
  if (ITEM.test(line)) return list(taken(lines, (each) => ITEM.test(each)));
  if (line.includes("|") && /^[\s|:-]+$/.test(lines[1] || "") && lines[1].includes("-"))
    return table(taken(lines, (each) => each.includes("|")));
  const first = lines.shift();
  const rest = taken(lines, (each) => each.trim() && !RANK.test(each) && !ITEM.test(each) && !/^(>|```)/.test(each));
  return element("p", {}, spans([first, ...rest].join(" ")));
}

export function markdown(text) {
  const made = [];
  const lines = text.split("\n");
  while (lines.length) {
    if (lines[0].trim()) made.push(next(lines));
    else lines.shift();
  }
  return made;
}
