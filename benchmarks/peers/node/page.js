// The page of Socket.IO's tutorial with a form before it: the least that a chat with a link to a room
// has to load. It shows messages and the line that says that it is live, and nothing else.
import { createServer } from "node:http";
import { Server } from "socket.io";

const { PORT } = process.env;

const FORM = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Join</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<form method="post"><input name="name"><button name="join">Join</button></form>`;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Chat</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<p data-status></p><ul id="messages"></ul><form id="form"><input id="input"><button>Send</button></form>
<script src="/socket.io/socket.io.js"></script>
<script>
  const socket = io();
  socket.on("connect", () => socket.emit("join", location.pathname));
  socket.on("joined", () => { document.querySelector("[data-status]").dataset.kind = "live"; });
  socket.on("chat", (body) => messages.append(Object.assign(document.createElement("li"), { textContent: body })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    socket.emit("chat", input.value);
    input.value = "";
  });
</script>`;

const http = createServer((request, response) => {
  if (request.method === "POST") {
    request.resume();
    response.writeHead(303, { location: request.url, "set-cookie": "name=1; path=/; max-age=86400" }).end();
  } else {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(request.headers.cookie?.includes("name=") ? PAGE : FORM);
  }
});
const io = new Server(http);

io.on("connection", (socket) => {
  let room;
  socket.on("join", (name) => {
    room = name;
    socket.join(room);
    socket.emit("joined", room);
  });
  socket.on("chat", (body) => io.to(room).emit("chat", body));
});

http.listen({ port: Number(PORT), host: "127.0.0.1" }, () => console.log("listening"));
