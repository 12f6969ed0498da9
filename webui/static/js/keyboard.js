// The on-screen keyboard: part of the page, for the field in focus; a physical keyboard works all the same.
import { SimpleKeyboard } from "simple-keyboard";

const place = document.getElementById("keyboard"), words = place.dataset, main = document.getElementById("main");
const icon = name => `<svg class="i" aria-hidden="true"><use href="${words.icons}#${name}"/></svg>`;
const BOTTOM = "{signs} , {space} . {clear} {hide}";
const LAYOUTS = {
  text: ["q w e r t y u i o p", "a s d f g h j k l", "{shift} z x c v b n m {back}", BOTTOM],
  capitals: ["Q W E R T Y U I O P", "A S D F G H J K L", "{shift} Z X C V B N M {back}", BOTTOM],
  signs: ["1 2 3 4 5 6 7 8 9 0", "@ - _ / & ( ) ' \"", "* + : ; ! ? # % {back}", "{letters} , {space} . {clear} {hide}"],
  number: ["1 2 3", "4 5 6", "7 8 9", "{clear} 0 {back}"],
  code: ["1 2 3", "4 5 6", "7 8 9", "- 0 {back}"],
};
const DISPLAY = {
  "{shift}": icon("arrow-big-up"), "{back}": icon("delete"), "{clear}": icon("trash-2"), "{space}": icon("space"),
  "{hide}": icon("chevron-down"), "{signs}": "123", "{letters}": "ABC",
};
const NAMES = {
  "{shift}": words.shift, "{back}": words.back, "{clear}": words.clear, "{space}": words.space, "{hide}": words.hide,
  "{signs}": words.signs, "{letters}": words.letters,
};
let field = null;

const keys = new SimpleKeyboard(place, {
  layout: LAYOUTS, layoutName: "text", display: DISPLAY, mergeDisplay: false, theme: "keys", useButtonTag: true,
  preventMouseDownDefault: true, disableCaretPositioning: true, onKeyPress: press,
  buttonAttributes: Object.entries(NAMES).map(([buttons, value]) => ({ attribute: "aria-label", value, buttons })),
});

function press(key) {
  if (!field) return;
  if (document.activeElement !== field) field.focus({ preventScroll: true });
  if (key === "{shift}") return turn(keys.options.layoutName === "text" ? "capitals" : "text");
  if (key === "{signs}") return turn("signs");
  if (key === "{letters}") return turn("text");
  if (key === "{hide}") return; // at the end of the tap, below: otherwise it would land on what comes up from behind the keyboard
  if (key === "{clear}") write("", 0, field.value.length);
  else if (key === "{back}") write("", field.selectionStart === field.selectionEnd ? Math.max(0, field.selectionStart - 1) : field.selectionStart);
  else write(key === "{space}" ? " " : key, field.selectionStart);
}

function write(text, from, to = field.selectionEnd) {
  if (field.maxLength > 0 && field.value.length - (to - from) + text.length > field.maxLength) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function turn(layoutName) {
  if (keys.options.layoutName === layoutName) return;
  keys.setOptions({ layoutName });
  place.dataset.layout = layoutName;
}

// Names begin with capitals: the shift key is pressed for the visitor, and let go after one letter.
function suit() {
  const layout = keys.options.layoutName;
  if (layout !== "text" && layout !== "capitals") return;
  const atStart = /(^|\s)$/.test(field.value.slice(0, field.selectionStart ?? 0));
  turn(field.dataset.caps && atStart ? "capitals" : "text");
}

function show(wanted) {
  field = wanted;
  place.hidden = false;
  document.body.classList.add("has-keys");
  const kind = field.dataset.keys;
  if (kind === "text") { turn("text"); suit(); } else turn(kind);
  place.dataset.kind = kind;
  requestAnimationFrame(() => {
    if (field && !field.selectionEnd) { // typing goes on where it was left
      field.setSelectionRange(field.value.length, field.value.length);
      suit();
    }
    // what is wrong with it may stand below the whole group of fields
    for (const part of [main.querySelector(".is-now .wrong"), field?.closest(".k-main .field")]) part?.scrollIntoView({ block: "nearest" });
  });
}

function hide() {
  field?.blur();
  field = null;
  place.hidden = true;
  document.body.classList.remove("has-keys");
}

for (const input of document.querySelectorAll("[data-keys]")) {
  input.inputMode = "none"; // the system's own keyboard stays away
  input.addEventListener("focus", () => show(input));
  input.addEventListener("input", suit);
}
place.addEventListener("click", event => event.target.closest(".hg-button-hide") && hide());
document.addEventListener("keys:away", hide);
main.addEventListener("touchmove", () => document.body.classList.contains("search") && hide(), { passive: true });
document.addEventListener("click", event => {
  const empty = event.target.closest("[data-empty]"), chip = event.target.closest("[data-fill]");
  if (empty) {
    document.getElementById(empty.dataset.empty).focus();
    write("", 0, field.value.length);
  } else if (chip) {
    const target = document.getElementById(chip.dataset.fill);
    target.value = chip.textContent.trim();
    target.dispatchEvent(new Event("change", { bubbles: true }));
  }
});
if (document.activeElement?.dataset.keys) show(document.activeElement);
