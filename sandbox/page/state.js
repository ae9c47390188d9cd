// What the page knows: the world as it was last told, and where one looks.

export const HOME = "home";

export const seen = { world: null, me: "", here: "", thread: null, aloud: false };

export const channelSeen = (id) =>
  [...seen.world.channels, ...seen.world.dms].find((channel) => channel.id === id);

export function placeName(id) {
  const { app, channels } = seen.world;
  if (id === HOME) return app.name;
  const channel = channels.find((each) => each.id === id);
  return channel ? `# ${channel.name}` : `${app.name} (direct messages)`;
}
