// Lists that float over everything, dialogs included, beside what they belong to.

const GAP = 4;

function place(anchor, panel) {
  const box = anchor.getBoundingClientRect();
  panel.style.minWidth = `${Math.min(box.width, innerWidth - 16)}px`;
  panel.style.maxHeight = "";
  const below = innerHeight - box.bottom - GAP * 2;
  const above = box.top - GAP * 2;
  const up = below < Math.min(panel.scrollHeight, 200) && above > below;
  panel.style.maxHeight = `${Math.max(80, Math.min(320, up ? above : below))}px`;
  const height = panel.getBoundingClientRect().height;
  const width = panel.getBoundingClientRect().width;
  panel.style.top = `${up ? box.top - height - GAP : box.bottom + GAP}px`;
  panel.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`;
}

// Open a panel at its anchor; returns how to close it. `onClose` hears of a click elsewhere too.
export function float(anchor, panel, onClose) {
  const again = () => (panel.isConnected ? place(anchor, panel) : end());
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) end();
  };
  let isOpen = true;
  function end() {
    if (!isOpen) return;
    isOpen = false;
    removeEventListener("resize", again);
    document.removeEventListener("scroll", again, true);
    document.removeEventListener("pointerdown", outside, true);
    if (panel.isConnected) panel.hidePopover();
    onClose();
  }
  panel.showPopover();
  place(anchor, panel);
  addEventListener("resize", again);
  document.addEventListener("scroll", again, true);
  document.addEventListener("pointerdown", outside, true);
  return { close: end, again };
}
