// The field that shows what a scanner types: sent off when the scanner ends its code, however it does that.
const QUICK = 60, ENDED = 500; // milliseconds: a character by a scanner on average; of silence after its last one

for (const field of document.querySelectorAll("input[data-typed]")) {
  const form = field.form;
  let began = 0, latest = 0, silence = 0;

  function send(ending) {
    clearTimeout(silence);
    form.elements.ending.value = ending;
    form.requestSubmit();
  }

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "Tab") {
      if (!field.value || (event.key === "Tab" && event.timeStamp - latest > ENDED)) return; // a person goes on
      event.preventDefault();
      send(event.key.toLowerCase());
      return;
    }
    if (event.key.length !== 1) return;
    if (!field.value) began = event.timeStamp;
    latest = event.timeStamp;
    clearTimeout(silence);
    silence = setTimeout(() => {
      if (field.value.length > 4 && (latest - began) / (field.value.length - 1) < QUICK) send("nothing");
    }, ENDED);
  });
  field.focus({ preventScroll: true });
}
