// Everything works without this file; it only spares the server and the reader.
document.addEventListener("htmx:beforeRequest", (event) => {
  // Nobody looks at a hidden tab, and a list that is being marked with the mouse should stay still.
  const polled = event.detail.elt.matches("#leads, #news, #bubbles");
  if (polled && (document.hidden || !document.getSelection().isCollapsed)) event.preventDefault();
});

// Who answers in the chat sees its end, also when something new comes in; who has scrolled up is left there.
let atEnd = false;
const talk = () => document.querySelector(".scroll");
const toEnd = () => talk()?.scrollTo({ top: talk().scrollHeight, behavior: "instant" });
document.addEventListener("htmx:beforeSwap", (event) => {
  const box = talk();
  if (box && event.detail.elt.matches("#bubbles")) atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
});
document.addEventListener("htmx:afterSettle", () => { if (atEnd) toEnd(); });
if (location.hash === "#say" || document.querySelector(".say .problem")) toEnd();
