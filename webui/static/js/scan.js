// A scanner types like a keyboard, but faster than any hand: caught at any moment, on any screen, without a focused field.
const PAUSE = 90;    // milliseconds: a longer one begins something new
const QUICK = 50;    // milliseconds a character takes a scanner on average, even a slow one; the fastest typists need 80
const SHORTEST = 6;  // characters; the shortest label
const form = document.getElementById("scan");
let typed = "", before = null, began = 0, latest = 0, silence = 0;
const isScan = () => typed.length >= SHORTEST && (latest - began) / (typed.length - 1) < QUICK;

function remember(field) {
  const writes = field && "setRangeText" in field && field.type !== "checkbox" && field.type !== "radio";
  before = writes ? { field, value: field.value } : null;
}

function finish() {
  const code = typed.trim();
  typed = "";
  if (before) { // the scanner wrote into whatever field had the focus
    before.field.value = before.value;
    before.field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  form.elements.code.value = code;
  form.requestSubmit();
}

addEventListener("keydown", event => {
  if (event.ctrlKey || event.altKey || event.metaKey || !form) return;
  const goesOn = event.timeStamp - latest < PAUSE;
  if (event.key === "Enter" || event.key === "Tab") {
    clearTimeout(silence);
    if (goesOn && isScan()) {
      event.preventDefault();
      event.stopImmediatePropagation();
      finish();
    }
    typed = "";
    return;
  }
  if (event.key.length !== 1) return; // Shift and the like, between the characters of a label
  if (!goesOn) {
    typed = "";
    began = event.timeStamp;
    remember(document.activeElement);
  }
  latest = event.timeStamp;
  typed += event.key;
  clearTimeout(silence);
  if (!isScan()) return;
  event.preventDefault();
  silence = setTimeout(finish, 2 * PAUSE); // a scanner that ends its line with nothing
}, { capture: true });
