// A page to look at closely: which one, how large, and the place on it that something was read from; each page has its link in #leaves.
const view = document.getElementById("view"), frame = view.querySelector(".frame"), paper = view.querySelector(".paper");
const leaf = paper.querySelector("img"), spot = paper.querySelector("svg");
const CLOSER = [1, 1.5, 2, 3]; // times the width that there is for the page
let at = Number(view.dataset.page), close = 1, shown = null;

const leaves = () => [...document.querySelectorAll("#leaves a")];

function centre(x, y) { // parts of the page's width and height
  frame.scrollTo(x * paper.offsetWidth - frame.clientWidth / 2, y * paper.offsetHeight - frame.clientHeight / 2);
}

function showWhy() {
  for (const each of document.querySelectorAll("#whys > li")) each.hidden = Number(each.dataset.of) !== at;
}

function showSpot() {
  spot.toggleAttribute("hidden", !shown);
  if (!shown) return;
  const [x, y, width, height] = shown.box, [all, tall] = shown.size, pad = all / 120;
  const place = { x: x - pad, y: y - pad, width: width + 2 * pad, height: height + 2 * pad };
  spot.setAttribute("viewBox", `0 0 ${all} ${tall}`);
  for (const [name, dots] of Object.entries(place)) spot.querySelector("rect").setAttribute(name, dots);
  centre((x + width / 2) / all, (y + height / 2) / tall);
}

// Page `number`; with the place of `card` on it, if that was read there.
export function show(number, card) {
  const link = leaves()[number - 1];
  if (!link) return;
  at = number;
  shown = card?.dataset.box ? { box: card.dataset.box.split(" ").map(Number), size: card.dataset.size.split(" ").map(Number) } : null;
  view.querySelector(".at").textContent = number;
  showWhy();
  document.querySelector("#leaves [aria-current]")?.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  const list = link.closest("ol"), box = link.getBoundingClientRect(), around = list.getBoundingClientRect();
  list.scrollBy(box.left < around.left || box.right > around.right ? box.left - around.left : 0,
    box.top < around.top || box.bottom > around.bottom ? box.top - around.top : 0);
  if (leaf.src !== link.href) {
    leaf.src = link.href;
    leaf.alt = link.dataset.alt;
    spot.toggleAttribute("hidden", true);
    frame.scrollTo(0, 0);
  }
  leaf.decode().then(() => { if (at === number) showSpot(); }, () => {}); // a picture that does not come says so itself
}

function zoom(level, x, y) {
  const across = (frame.scrollLeft + frame.clientWidth / 2) / paper.offsetWidth;
  const down = (frame.scrollTop + frame.clientHeight / 2) / paper.offsetHeight;
  close = level;
  paper.style.width = `${level * 100}%`;
  frame.classList.toggle("is-close", level > 1);
  view.querySelector(".times").textContent = `${level * 100} %`;
  centre(x ?? across, y ?? down);
}

const closer = (step) => zoom(CLOSER[Math.min(Math.max(CLOSER.indexOf(close) + step, 0), CLOSER.length - 1)]);
const turn = (step) => show(Math.min(Math.max(at + step, 1), leaves().length));
const fit = () => zoom(close > 1 ? 1 : 2);
const DEEDS = { before: () => turn(-1), after: () => turn(1), closer: () => closer(1), farther: () => closer(-1) };
const KEYS = { "[": DEEDS.before, "]": DEEDS.after, "+": DEEDS.closer, "=": DEEDS.closer, "-": DEEDS.farther, z: fit };

let grip = null, moved = false;
frame.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button) return;
  grip = [event.clientX + frame.scrollLeft, event.clientY + frame.scrollTop];
  moved = false;
});
document.addEventListener("pointermove", (event) => {
  if (!grip) return;
  const [x, y] = [grip[0] - event.clientX, grip[1] - event.clientY];
  if (Math.abs(x - frame.scrollLeft) + Math.abs(y - frame.scrollTop) > 3) moved = true;
  if (moved) frame.scrollTo(x, y);
});
for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, () => { grip = null; });
leaf.addEventListener("click", (event) => {
  if (moved) return;
  const box = leaf.getBoundingClientRect();
  zoom(close > 1 ? 1 : 2, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-page]"), deed = event.target.closest("[data-deed]");
  if (deed) DEEDS[deed.dataset.deed]();
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(Number(link.dataset.page), link.closest(".claim"));
  const { top, bottom } = view.getBoundingClientRect();
  if (bottom < 200 || top > innerHeight - 200) view.scrollIntoView();
});

// Whether `key` was one of the page's own.
export function keyed(key) {
  const deed = KEYS[key.toLowerCase()];
  deed?.();
  return Boolean(deed);
}

// After the server has sent something anew: the page as well, where it was made anew.
export function renew() {
  showWhy();
  if (!leaves()[at - 1] || leaf.src === leaves()[at - 1].href) return;
  const card = document.activeElement?.closest(".claim[data-page]");
  show(card ? Number(card.dataset.page) : at, card);
}

for (const each of view.querySelectorAll("[data-deed], .times")) each.hidden = false;
