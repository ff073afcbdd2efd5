// Socket.IO with its Redis adapter, as its documentation sets it up. With DATABASE_URL every message is
// inserted, one statement each as such servers do, and emitted once it is committed.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import pg from "pg";
import { createClient } from "redis";
import { Server } from "socket.io";

const { PORT, REDIS_URL, DATABASE_URL } = process.env;

// A saturated server's publishing takes longer than the client's five seconds, and would end the process.
const publisher = createClient({ url: REDIS_URL, commandOptions: { timeout: 60_000 } });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const pool = DATABASE_URL && new pg.Pool({ connectionString: DATABASE_URL });
await pool?.query(
  "CREATE TABLE IF NOT EXISTS message (id bigserial PRIMARY KEY, room text NOT NULL, body text NOT NULL, at timestamptz NOT NULL DEFAULT now())",
);
const insert = { name: "insert-message", text: "INSERT INTO message (room, body) VALUES ($1, $2)" };

const http = createServer((_request, response) => response.end("ok"));
const io = new Server(http, { adapter: createAdapter(publisher, subscriber) });

io.on("connection", (socket) => {
  let room;
  socket.on("join", (name) => {
    room = name;
    socket.join(room);
    socket.emit("joined", room);
  });
  // As in Socket.IO's own chat example.
  socket.on("enter", (name, username) => {
    room = name;
    socket.join(room);
    socket.emit("joined", room);
    const numUsers = io.sockets.adapter.rooms.get(room).size;
    socket.to(room).emit("user joined", { username, numUsers });
  });
  socket.on("chat", async (body) => {
    const to = room;
    if (pool) await pool.query({ ...insert, values: [to, body] });
    io.to(to).emit("chat", body);
  });
});

http.listen({ port: Number(PORT), host: "127.0.0.1", backlog: 2048 }, () => console.log("listening"));
