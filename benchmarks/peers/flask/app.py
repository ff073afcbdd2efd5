"""Flask-SocketIO on eventlet, storing each message with one insert into SQLite before it is emitted."""

import eventlet

eventlet.monkey_patch()

import os  # noqa: E402 - eventlet must patch the standard library first
import sqlite3  # noqa: E402

from flask import Flask, request  # noqa: E402
from flask_socketio import SocketIO, emit, join_room  # noqa: E402

app = Flask(__name__)
socketio = SocketIO(app, async_mode="eventlet", cors_allowed_origins="*")
database = sqlite3.connect(os.environ["DATABASE_FILE"], check_same_thread=False)
database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, room TEXT, body TEXT)")
rooms: dict[str, str] = {}


@app.get("/")
def index():
    return "ok"


@socketio.on("join")
def join(room):
    rooms[request.sid] = room
    join_room(room)
    emit("joined", room)


@socketio.on("chat")
def chat(body):
    room = rooms[request.sid]
    database.execute("INSERT INTO message (room, body) VALUES (?, ?)", (room, body))
    database.commit()
    emit("chat", body, to=room)


@socketio.on("disconnect")
def disconnect(*_reason):
    rooms.pop(request.sid, None)


if __name__ == "__main__":
    # log_output: eventlet says when it listens; it writes nothing for a message.
    socketio.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_output=True)
