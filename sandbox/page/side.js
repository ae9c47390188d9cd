// The list of places beside the page: the app, the channels, and what is unread in each.
import { byId, element, icon } from "./dom.js";
import { owing } from "./focus.js";
import { keep } from "./keep.js";
import { HOME, placeName, seen } from "./state.js";

function entry(goTo, id, face, words, unread) {
  const isHere = id === seen.here;
  const count = unread && !isHere ? unread : 0;
  const follow = (event) => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    goTo(id);
  };
  return {
    key: id,
    mark: JSON.stringify([words, count, isHere, seen.me]),
    draw: () =>
      element(
        "a",
        { href: `?as=${seen.me}&in=${id}`, "data-action": id, "aria-current": isHere ? "page" : null, class: count ? "unread" : null, onclick: follow },
        face,
        element("span", { class: "name" }, words),
        count ? element("span", { class: "count", "aria-label": `${count} unread` }, count > 99 ? "99+" : count) : null,
      ),
  };
}

const heading = (words) => ({ key: words, mark: words, draw: () => element("h2", {}, words) });

const unreadElsewhere = () =>
  [...seen.world.channels.filter(({ member }) => member), ...seen.world.dms]
    .filter(({ id }) => id !== seen.here)
    .reduce((sum, { unread }) => sum + unread, 0);

export function showSide(goTo) {
  const { app, channels, dms, team, users } = seen.world;
  const sign = (channel) => (channel.private ? icon("lock") : element("span", { class: "sign" }, "# "));
  keep(byId("places"), [
    heading("App"),
    entry(goTo, HOME, icon("home"), `${app.name} · Home`),
    ...dms.map((dm) => entry(goTo, dm.id, icon("talk"), `${app.name} · Messages`, dm.unread)),
    heading("Channels"),
    ...channels.map((channel) => entry(goTo, channel.id, sign(channel), channel.name, channel.member && channel.unread)),
  ]);
  byId("team").textContent = team.name;
  keep(
    byId("me"),
    users.filter(({ deleted }) => !deleted).map((user) => ({ key: user.id, mark: user.real_name, draw: () => element("option", { value: user.name }, user.real_name) })),
  );
  byId("me").value = seen.me;
  const { hints } = seen.world;
  byId("hints").hidden = !hints.length;
  keep(byId("hints"), [heading("What to try"), ...hints.map((hint) => ({ key: hint, mark: hint, draw: () => element("p", {}, hint) }))]);
  const unread = unreadElsewhere();
  byId("elsewhere").hidden = !unread;
  byId("elsewhere").textContent = unread > 99 ? "99+" : unread;
  byId("open-side").setAttribute("aria-label", unread ? `Open the list of places, ${unread} unread` : "Open the list of places");
  byId("place").textContent = placeName(seen.here);
  document.title = `${unread ? `(${unread}) ` : ""}${placeName(seen.here)} · ${team.name}`;
}

const isDrawer = () => matchMedia("(max-width: 720px)").matches;

export function openSide() {
  document.body.classList.add("side-open");
  document.querySelector("main").inert = true;
  owing().to(() => byId("places").querySelector("[aria-current]"), byId("close-side"));
}

export function closeSide() {
  if (!document.body.classList.contains("side-open")) return;
  document.body.classList.remove("side-open");
  document.querySelector("main").inert = false;
  if (isDrawer()) byId("open-side").focus();
}
