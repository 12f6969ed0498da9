// The guest book, one question after the other; without JavaScript it is one form.
const form = document.getElementById("guest"), steps = [...form.querySelectorAll(".step")];
const marks = [...form.querySelectorAll(".stepper li")];
const on = document.getElementById("step-on"), back = document.getElementById("step-back"), label = on.querySelector("span");
let now = steps.findIndex(step => step.classList.contains("is-now"));

function show(next) {
  now = next;
  steps.forEach((step, n) => step.classList.toggle("is-now", n === now));
  marks.forEach((mark, n) => {
    mark.classList.toggle("is-done", n < now);
    n === now ? mark.setAttribute("aria-current", "step") : mark.removeAttribute("aria-current");
  });
  label.textContent = steps[now].dataset.next ?? label.dataset.last;
  form.elements.step.value = now + 1;
  document.getElementById("main").scrollTop = 0;
  const first = steps[now].querySelector("[aria-invalid], input[data-keys][required]");
  first ? first.focus() : document.dispatchEvent(new Event("keys:away"));
}

function complain(control) {
  const field = control.closest(".field");
  control.setAttribute("aria-invalid", "true");
  if (!field.querySelector(".wrong")) {
    const sentence = Object.assign(document.createElement("p"), { className: "wrong", textContent: field.dataset.missing ?? control.dataset.missing });
    sentence.setAttribute("role", "alert");
    field.append(sentence);
  }
  field.scrollIntoView({ block: "nearest" });
  if (control.dataset.keys) control.focus();
}

on.addEventListener("click", event => {
  if (now === steps.length - 1) return;
  event.preventDefault();
  const missing = [...steps[now].querySelectorAll("input")].find(input => !input.checkValidity());
  missing ? complain(missing) : show(now + 1);
});
back.addEventListener("click", event => {
  if (now === 0) return;
  event.preventDefault();
  show(now - 1);
});
for (const kind of ["input", "change"]) {
  form.addEventListener(kind, event => {
    const field = event.target.closest(".field");
    field?.querySelector(".wrong")?.remove();
    for (const input of field?.querySelectorAll("[aria-invalid]") ?? []) input.removeAttribute("aria-invalid");
    if (kind === "change" && event.target.name === "group") event.target.value ? form.elements.group_name.focus() : document.dispatchEvent(new Event("keys:away"));
  });
}
show(now);
