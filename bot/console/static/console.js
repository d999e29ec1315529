// Everything works without this file; it only spares the server and the reader.
document.addEventListener("htmx:beforeRequest", (event) => {
  // Nobody looks at a hidden tab, and a list that is being marked with the mouse should stay still.
  const polled = event.detail.elt.matches("#leads, #news");
  if (polled && (document.hidden || !document.getSelection().isCollapsed)) event.preventDefault();
});
