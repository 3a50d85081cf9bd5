// Photos shared from another app, on phones that hand them to web pages (Web Share Target; secure origins only).
// They come as one multipart form, which the frame itself never reads: the phone takes it apart here, keeps the
// photos beside those that wait, and the page sends them as it sends all others.

import { keep } from "/static/guest/shelf.js";

addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === "/share") event.respondWith(takeApart(event.request));
});

async function takeApart(request) {
  const form = await request.formData();
  for (const file of form.getAll("photos")) {
    if (file instanceof File) await keep({ file, name: file.name, driver: "auto", pass: null });
  }
  return Response.redirect("/", 303);
}
