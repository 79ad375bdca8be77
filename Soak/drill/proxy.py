"""A TCP door to a PostgreSQL server's socket that can be shut, and whose connections can be reset."""

import collections
import contextlib
import random
import selectors
import socket
import struct
import threading

from harness.failure import SoakError

# What one side has sent and the other not yet taken, per direction: beyond it the sender is not read.
BUFFER_MAX = 1 << 20
RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on a free port of loopback. One thread moves all bytes."""

    def __init__(self, upstream):
        self._upstream = str(upstream)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._wakeup, self._bell = socket.socketpair()
        self._selector.register(self._wakeup, selectors.EVENT_READ)
        self._orders = collections.deque()
        self._peers = {}
        self._unsent = {}
        self._is_held = False
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # From other threads

    def reset(self, count=None):
        """Ends so many connections, or all of them, as a firewall does that has forgotten them."""
        self._order(lambda: self._reset_some(count))

    def hold(self):
        """Moves nothing any more. What was not moved when a side closes is gone, as with a cable that is cut."""
        def hold():
            self._is_held = True
            for end in self._peers:
                self._watch(end)

        self._order(hold)

    def close(self):
        """Nobody answers at its address any more. May be called twice."""
        if not self._thread.is_alive():
            return

        def end():
            self._is_ending = True

        self._order(end)
        self._thread.join(10)
        if self._thread.is_alive():
            raise SoakError("the proxy did not come to its end")

    def _order(self, order):
        self._orders.append(order)
        self._bell.send(b"!")

    # On its own thread

    def _run(self):
        while not self._is_ending:
            for key, events in self._selector.select():
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._wakeup:
                    self._wakeup.recv(4096)
                    while self._orders:
                        self._orders.popleft()()
                elif key.fileobj in self._peers:
                    self._move(key.fileobj, events)
        self._reset_some(None)
        for end in (self._listener, self._wakeup, self._bell, self._selector):
            end.close()

    def _accept(self):
        with contextlib.suppress(BlockingIOError):
            near, _ = self._listener.accept()
            near.setblocking(False)
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            far = socket.socket(socket.AF_UNIX)
            far.setblocking(False)
            try:
                far.connect(self._upstream)
            except OSError:
                # Nobody listens there, or more wait than may.
                self._abort(near)
                far.close()
                return
            for end, peer in ((near, far), (far, near)):
                self._peers[end] = peer
                self._unsent[end] = b""
                self._selector.register(end, selectors.EVENT_READ)

    def _move(self, end, events):
        try:
            if events & selectors.EVENT_READ:
                received = end.recv(65536)
                if not received:
                    return self._part(end)
                if not self._is_held:
                    self._unsent[self._peers[end]] += received
                    self._send(self._peers[end])
            elif events & selectors.EVENT_WRITE:
                self._send(end)
        except OSError:
            return self._part(end)
        for each in (end, self._peers[end]):
            self._watch(each)

    def _send(self, end):
        with contextlib.suppress(BlockingIOError):
            sent = end.send(self._unsent[end]) if self._unsent[end] else 0
            self._unsent[end] = self._unsent[end][sent:]

    def _watch(self, end):
        """Waits for what the buffers allow, perhaps for nothing."""
        reading = self._is_held or len(self._unsent[self._peers[end]]) < BUFFER_MAX
        writing = self._unsent[end] and not self._is_held
        events = (selectors.EVENT_READ if reading else 0) | (selectors.EVENT_WRITE if writing else 0)
        is_watched = end in self._selector.get_map()
        if not events:
            if is_watched:
                self._selector.unregister(end)
        elif is_watched:
            self._selector.modify(end, events)
        else:
            self._selector.register(end, events)

    def _part(self, end):
        """One side has ended: so does the other, after what was meant for it."""
        peer = self._peers[end]
        if not self._is_held:
            with contextlib.suppress(OSError):
                self._send(peer)
        self._forget(end, peer)
        for each in (end, peer):
            each.close()

    def _reset_some(self, count):
        ends = [end for end in self._peers if end.family == socket.AF_INET]
        for end in ends if count is None else random.sample(ends, min(count, len(ends))):
            peer = self._peers[end]
            self._forget(end, peer)
            self._abort(end)
            peer.close()

    def _forget(self, *ends):
        for end in ends:
            if end in self._selector.get_map():
                self._selector.unregister(end)
            del self._peers[end], self._unsent[end]

    @staticmethod
    def _abort(end):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.close()
