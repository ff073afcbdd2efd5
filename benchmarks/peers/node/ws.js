// The least a Node chat can do: a loop over the sockets of the room. Nothing stored, one process only.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const rooms = new Map();
const http = createServer((_request, response) => response.end("ok"));
const sockets = new WebSocketServer({ server: http });

sockets.on("connection", (socket, request) => {
  const name = request.url;
  if (!rooms.has(name)) rooms.set(name, new Set());
  const room = rooms.get(name);
  room.add(socket);
  socket.on("message", (data) => {
    const { body } = JSON.parse(data);
    const frame = JSON.stringify({ type: "chat", body });
    for (const member of room) member.send(frame);
  });
  socket.on("close", () => {
    room.delete(socket);
    if (!room.size) rooms.delete(name);
  });
});

http.listen({ port: Number(process.env.PORT), host: "127.0.0.1", backlog: 2048 }, () =>
  console.log("listening"),
);
