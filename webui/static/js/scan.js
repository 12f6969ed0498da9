// Whatever the kiosk's scanner reads, on any screen, is sent to where its code is understood.
import { hear } from "loket/wedge";

const form = document.getElementById("scan");

hear(code => {
  form.elements.code.value = code;
  form.requestSubmit();
}, () => form);
