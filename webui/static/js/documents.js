// The hands at a document: the page beside what was read from it, confirmed one after another; what is typed outlives every renewal.
const view = document.getElementById("view"), frame = view.querySelector(".frame"), paper = view.querySelector(".paper");
const leaf = paper.querySelector("img"), spot = paper.querySelector("svg");
const CLOSER = [1, 1.5, 2, 3]; // times the width that there is for the page
let at = Number(view.dataset.page), close = 1, shown = null;

const cards = () => [...document.querySelectorAll(".claim")];
const leaves = () => [...document.querySelectorAll("#leaves a")];
const open = (card) => card && !card.matches(".is-sworn");
const control = (card) => card.querySelector("select, textarea, input.input");

// --- the page -------------------------------------------------------------------------------------------------------------------

function centre(x, y) { // parts of the page's width and height
  frame.scrollTo(x * paper.offsetWidth - frame.clientWidth / 2, y * paper.offsetHeight - frame.clientHeight / 2);
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
function show(number, card) {
  const link = leaves()[number - 1];
  if (!link) return;
  at = number;
  shown = card?.dataset.box ? { box: card.dataset.box.split(" ").map(Number), size: card.dataset.size.split(" ").map(Number) } : null;
  view.querySelector(".at").textContent = number;
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

// --- the fields -----------------------------------------------------------------------------------------------------------------

document.addEventListener("focusin", ({ target }) => {
  const card = target.closest(".claim");
  if (card?.dataset.page) show(Number(card.dataset.page), card);
});

function goTo(card, by) {
  if (card.matches(".is-sworn")) card.focus({ preventScroll: true });
  else (by === "button" ? card.querySelector(".sworn .button") : control(card)).focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

// The next one that nobody has confirmed, after `card` and round.
function next(card) {
  const all = cards(), from = all.indexOf(card) + 1;
  return [...all.slice(from), ...all.slice(0, from)].find(open);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const { target, key } = event, card = target.closest(".claim"), field = target.closest("select, textarea, input");
  let done = true;
  if (field) {
    if (key === "Escape" && card) card.focus({ preventScroll: true });
    else if (key === "Enter" && card && event.repeat) ; // a key held down confirms one field, not all
    else if (key === "Enter" && card && !field.matches("input")) field.form.requestSubmit();
    else done = false;
  } else if (key === "Enter" && target === card) {
    const change = card.querySelector("details");
    if (change) change.open = true;
    control(card).focus();
  } else if (localStorage.getItem("keys") === "off") done = false;
  else if (key === "[") turn(-1);
  else if (key === "]") turn(1);
  else if (key === "+" || key === "=") closer(1);
  else if (key === "-") closer(-1);
  else if (key.toLowerCase() === "z") fit();
  else if (key.toLowerCase() === "j") { const to = next(card); if (to) goTo(to); }
  else if (key.toLowerCase() === "b" && card) card.querySelector(".take-back button")?.click();
  else done = false;
  if (done) event.preventDefault();
});

// --- what comes from the server -------------------------------------------------------------------------------------------------

const touched = (card) => {
  const field = control(card);
  const given = field.matches("select") ? [...field.options].find((each) => each.defaultSelected)?.value ?? "" : field.defaultValue;
  return field.value !== given || field.getAttribute("aria-invalid") || card.contains(document.activeElement);
};
let answered = null, held = null;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!detail.target.matches?.(".claim")) return;
  if (detail.xhr.status === 422) [detail.shouldSwap, detail.isError] = [true, false]; // said at the field
  answered = { id: detail.target.id, kept: detail.xhr.status < 400, took: detail.requestConfig.path.endsWith("/take-back"),
    by: document.activeElement?.matches("button") ? "button" : "key" };
});
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail, anew = fragment.querySelector(`#${target.id}`) ?? fragment;
  if (target.id === "leaves") event.detail.shouldSwap = target.dataset.of !== anew.dataset.of;
  else if (target.id === "state") event.detail.shouldSwap = target.textContent.trim() !== anew.textContent.trim();
  else if (target.id === "claims") {
    const mine = cards().filter(touched);
    if (mine.some((card) => !anew.querySelector(`#${card.id}`))) event.detail.shouldSwap = false;
    else {
      held = document.activeElement;
      for (const card of mine) anew.querySelector(`#${card.id}`).replaceWith(card);
    }
  }
});
document.addEventListener("htmx:afterSettle", () => {
  if (held?.isConnected && document.activeElement === document.body) held.focus({ preventScroll: true });
  held = null;
  prepare();
  const card = answered && document.getElementById(answered.id);
  if (card) {
    const { kept, took, by } = answered, to = kept && !took ? next(card) : card;
    answered = null;
    goTo(to ?? card, kept ? by : "key");
    if (!kept) control(card).select?.();
    else if (!to) document.getElementById("about").scrollIntoView({ block: "nearest" }); // all is confirmed: what became of it
  }
});

function prepare() {
  for (const each of document.querySelectorAll("[data-deed], .times")) each.hidden = false;
  if (leaves()[at - 1] && leaf.src !== leaves()[at - 1].href) { // made anew
    const card = document.activeElement?.closest(".claim[data-page]");
    show(card ? Number(card.dataset.page) : at, card);
  }
}
prepare();
const first = cards().find((card) => card.querySelector("[aria-invalid]")) ?? cards().find((card) => open(card) && card.dataset.page);
if (first) show(Number(first.dataset.page || at), first);
