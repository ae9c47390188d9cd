// Moments as people in their time zone read and type them.
import { seen } from "./state.js";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FORMATS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date_slash: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  day_divider_pretty: { weekday: "long", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
const zone = () => seen.world.me.tz;
const now = () => new Date(seen.world.clock.now);

const said = (moment, format) => moment.toLocaleString("en-GB", { ...format, timeZone: zone(), hour12: false });

export const clockWords = (ts) => said(new Date(Number(ts) * 1000), FORMATS.time);

// "2026-03-01" in the reader's zone: equal for two moments of one day.
export const dayOf = (moment) => moment.toLocaleDateString("sv-SE", { timeZone: zone() });

function nearDay(moment) {
  const days = { [-DAY_MS]: "yesterday", 0: "today", [DAY_MS]: "tomorrow" };
  for (const [away, name] of Object.entries(days))
    if (dayOf(moment) === dayOf(new Date(now().getTime() + Number(away)))) return name;
  return null;
}

export function dayWords(ts) {
  const moment = new Date(Number(ts) * 1000);
  const near = nearDay(moment);
  if (near) return near[0].toUpperCase() + near.slice(1);
  const { year, ...format } = FORMATS.date_long;
  return said(moment, dayOf(moment).slice(0, 4) === dayOf(now()).slice(0, 4) ? format : { ...format, year });
}

// Slack's {date_short_pretty} and its kin.
export function dateWords(timestamp, pattern) {
  const moment = new Date(Number(timestamp) * 1000);
  return pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    const format = { ...(FORMATS[name] || FORMATS[name.replace(/_pretty$/, "")]) };
    if (!Object.keys(format).length) return whole;
    if (name.endsWith("_pretty") && nearDay(moment)) return nearDay(moment);
    const isThisYear = dayOf(moment).slice(0, 4) === dayOf(now()).slice(0, 4);
    if (name.startsWith("date_short") && isThisYear) delete format.year;
    return said(moment, format);
  });
}

// "2026-03-01T09:30" where the reader is, from seconds, and back.
export function wallTime(seconds) {
  const moment = new Date(seconds * 1000);
  const time = moment.toLocaleTimeString("sv-SE", { timeZone: zone(), hour: "2-digit", minute: "2-digit" });
  return `${dayOf(moment)}T${time}`;
}

export function secondsOf(wall) {
  const meant = Date.parse(`${wall}Z`);
  // Twice, for the first guess may lie on the other side of a change of the clocks.
  let guess = meant;
  for (let round = 0; round < 2; round += 1) guess += meant - Date.parse(`${wallTime(guess / 1000)}Z`);
  return guess / 1000;
}
