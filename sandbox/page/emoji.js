// The names of common emoji; a name that is not here stays as it was written.

const NAMED = `
  +1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 ok_hand 👌 clap 👏 wave 👋 raised_hands 🙌 pray 🙏 muscle 💪
  eyes 👀 point_right 👉 point_left 👈 point_up 👆 point_down 👇 handshake 🤝
  smile 😄 smiley 😃 grinning 😀 slightly_smiling_face 🙂 wink 😉 joy 😂 sweat_smile 😅 thinking_face 🤔
  heart ❤️ heart_eyes 😍 sunglasses 😎 cry 😢 sob 😭 confused 😕 neutral_face 😐 partying_face 🥳
  tada 🎉 sparkles ✨ star ⭐ star2 🌟 fire 🔥 rocket 🚀 trophy 🏆 medal 🏅 gift 🎁 balloon 🎈 confetti_ball 🎊
  white_check_mark ✅ heavy_check_mark ✔️ ballot_box_with_check ☑️ x ❌ negative_squared_cross_mark ❎
  warning ⚠️ exclamation ❗ question ❓ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 rotating_light 🚨
  information_source ℹ️ bulb 💡 bell 🔔 no_bell 🔕 mega 📣 loudspeaker 📢 speech_balloon 💬 thought_balloon 💭
  hourglass ⌛ hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ clock1 🕐 calendar 📅 date 📅 spiral_calendar_pad 🗓️
  chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 clipboard 📋 memo 📝 pencil 📝 pencil2 ✏️
  page_facing_up 📄 books 📚 book 📖 bookmark 🔖 pushpin 📌 round_pushpin 📍 paperclip 📎 link 🔗 package 📦 inbox_tray 📥
  outbox_tray 📤 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ wastebasket 🗑️ lock 🔒 unlock 🔓 key 🔑 mag 🔍
  wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ gear ⚙️ construction 🚧 bug 🐛 computer 💻 robot_face 🤖 zap ⚡ umbrella ☔
  moneybag 💰 money_with_wings 💸 credit_card 💳 euro 💶 dollar 💵 balance_scale ⚖️ scales ⚖️ classical_building 🏛️
  red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 large_purple_circle 🟣
  white_circle ⚪ black_circle ⚫ large_green_square 🟩 large_yellow_square 🟨 red_square 🟥 black_large_square ⬛
  arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrow_forward ▶️ repeat 🔁 arrows_counterclockwise 🔄 fast_forward ⏩
  one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ 100 💯 sunny ☀️ cloud ☁️ seedling 🌱 evergreen_tree 🌲 earth_africa 🌍 house 🏠
  office 🏢 ship 🚢 airplane ✈️ car 🚗 bike 🚲 dart 🎯 game_die 🎲 jigsaw 🧩 coffee ☕ pizza 🍕 cake 🍰 beers 🍻
`
  .trim()
  .split(/\s+/);

const EMOJI = new Map();
for (let at = 0; at < NAMED.length; at += 2) EMOJI.set(NAMED[at], NAMED[at + 1]);

export const emojiNamed = (name) => EMOJI.get(name);

export const withEmoji = (text) =>
  text.replace(/:([a-z0-9_+-]+):(?::skin-tone-\d:)?/g, (whole, name) => EMOJI.get(name) || whole);
