// The data_visualization block: drawn as SVG, its numbers beside it as a table.
import { drawn, element } from "./dom.js";

const HIGH = 240;
const EDGE = { top: 12, right: 12, bottom: 30 };
const LETTER = 6.4;
const RADIUS = 92;

const colour = (at) => `var(--chart-${(at % 12) + 1})`;
const told = (value) => value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
const brief = (value) => value.toLocaleString("en-GB", { notation: Math.abs(value) >= 10000 ? "compact" : "standard", maximumFractionDigits: 2 });

// Round steps from a little below the least to a little above the most, 0 always among them.
export function ticksOf(values, most = 5) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values, low === 0 ? 1e-9 : 0);
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

function frameOf({ series, axis_config: axis }) {
  const wide = Math.min(600, Math.max(270, innerWidth - 96));
  const ticks = ticksOf(series.flatMap((each) => each.data.map((point) => point.value)));
  const left = 14 + Math.max(...ticks.map((tick) => brief(tick).length)) * LETTER;
  const band = (wide - left - EDGE.right) / axis.categories.length;
  const [low, high] = [ticks[0], ticks.at(-1)];
  const y = (value) => EDGE.top + ((high - value) / (high - low)) * (HIGH - EDGE.top - EDGE.bottom);
  const x = (at) => left + band * (at + 0.5);
  return { wide, ticks, left, band, x, y, categories: axis.categories };
}

function axes({ wide, ticks, left, band, x, y, categories }) {
  const longest = Math.max(...categories.map((name) => name.length)) * LETTER + 8;
  const every = Math.ceil(longest / band);
  const lines = ticks.map((tick) => [
    drawn("line", { class: tick === 0 ? "zero" : "grid", x1: left, x2: wide - EDGE.right, y1: y(tick), y2: y(tick) }),
    drawn("text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, brief(tick)),
  ]);
  const names = categories.map((name, at) =>
    at % every ? null : drawn("text", { x: x(at), y: HIGH - 10, "text-anchor": "middle" }, name),
  );
  return [lines, names];
}

function bars({ series }, { band, x, y }) {
  const broad = Math.min(48, (band * 0.76) / series.length);
  return series.map((each, nth) =>
    each.data.map(({ label, value }, at) => {
      const from = x(at) + (nth - series.length / 2) * broad;
      const height = Math.max(1, Math.abs(y(value) - y(0)));
      return drawn(
        "rect",
        { x: from + 0.5, y: Math.min(y(value), y(0)), width: Math.max(1, broad - 1), height, rx: 2, fill: colour(nth) },
        drawn("title", {}, `${each.name}, ${label}: ${told(value)}`),
      );
    }),
  );
}

function lines({ type, series }, { x, y }) {
  return series.map((each, nth) => {
    const points = each.data.map(({ value }, at) => `${x(at)},${y(value)}`);
    const filled = `M${x(0)},${y(0)}L${points.join("L")}L${x(points.length - 1)},${y(0)}Z`;
    return [
      type === "area" ? drawn("path", { d: filled, fill: colour(nth), opacity: 0.25 }) : null,
      drawn("polyline", { points: points.join(" "), fill: "none", stroke: colour(nth), "stroke-width": 2.5, "stroke-linejoin": "round" }),
      each.data.map(({ label, value }, at) =>
        drawn("circle", { cx: x(at), cy: y(value), r: 3.5, fill: colour(nth) }, drawn("title", {}, `${each.name}, ${label}: ${told(value)}`)),
      ),
    ];
  });
}

function pie({ segments }) {
  const whole = segments.reduce((sum, { value }) => sum + value, 0);
  const at = (share) => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return `${RADIUS * Math.cos(angle)},${RADIUS * Math.sin(angle)}`;
  };
  let from = 0;
  const slices = segments.map(({ label, value }, nth) => {
    const share = value / whole;
    const title = drawn("title", {}, `${label}: ${told(value)}`);
    const to = from + share;
    const path = `M0,0L${at(from)}A${RADIUS},${RADIUS} 0 ${share > 0.5 ? 1 : 0} 1 ${at(to)}Z`;
    from = to;
    if (share > 0.9999) return drawn("circle", { r: RADIUS, fill: colour(nth) }, title);
    return drawn("path", { class: "slice", d: path, fill: colour(nth) }, title);
  });
  return drawn("svg", { viewBox: "-100 -100 200 200", width: 200, "aria-hidden": "true" }, slices);
}

function legend(names) {
  const entry = (name, at) => element("li", {}, element("i", { style: `background:${colour(at)}` }), name);
  return element("ul", { class: "legend", "aria-hidden": "true" }, names.map(entry));
}

function numbers(title, chart) {
  const row = (tag, cells, scope) =>
    element("tr", {}, cells.map((cell, at) => element(at === 0 ? "th" : tag, { scope: at === 0 ? scope : tag === "th" ? "col" : null }, cell)));
  const isPie = chart.type === "pie";
  const head = isPie ? ["Part", "Value"] : [chart.axis_config.x_label || "", ...chart.series.map((each) => each.name)];
  const rows = isPie
    ? chart.segments.map(({ label, value }) => [label, told(value)])
    : chart.axis_config.categories.map((name, at) => [name, ...chart.series.map((each) => told(each.data[at].value))]);
  return element(
    "table",
    {},
    element("caption", {}, title),
    element("thead", {}, row("th", head, "col")),
    element("tbody", {}, rows.map((cells) => row("td", cells, "row"))),
  );
}

function plot(chart) {
  if (chart.type === "pie") {
    const whole = chart.segments.reduce((sum, { value }) => sum + value, 0);
    const named = ({ label, value }) => `${label} · ${told(value)} (${Math.round((value / whole) * 100)} %)`;
    return element("div", { class: "pie" }, pie(chart), legend(chart.segments.map(named)));
  }
  const frame = frameOf(chart);
  const { x_label: across, y_label: up } = chart.axis_config;
  return element(
    "div",
    {},
    up ? element("p", { class: "axis", "aria-hidden": "true" }, up) : null,
    drawn("svg", { viewBox: `0 0 ${frame.wide} ${HIGH}`, width: frame.wide, "aria-hidden": "true" }, axes(frame), (chart.type === "bar" ? bars : lines)(chart, frame)),
    across ? element("p", { class: "axis across", "aria-hidden": "true" }, across) : null,
    chart.series.length > 1 ? legend(chart.series.map((each) => each.name)) : null,
  );
}

export function chart(block) {
  const table = element("div", { class: "numbers unseen" }, numbers(block.title, block.chart));
  const press = ({ currentTarget }) => {
    const isShown = !table.classList.toggle("unseen");
    currentTarget.setAttribute("aria-expanded", isShown);
    currentTarget.textContent = isShown ? "Hide the numbers" : "Show the numbers";
  };
  return element(
    "figure",
    { class: "chart" },
    element("figcaption", {}, block.title),
    plot(block.chart),
    element("button", { type: "button", class: "plain small", "aria-expanded": "false", onclick: press }, "Show the numbers"),
    table,
  );
}
