import Glibc

/// One connection, on its own thread.
struct Conversation: Sendable {
    let socket: Int32
    let behaviour: Behaviour
    let script: Script

    func run() {
        var reader = RequestReader(socket)
        while let request = reader.next() {
            let answer = script.answer(to: request)
            script.noteAnswered(request)
            guard write(answer), !request.closes, !behaviour.closes, !behaviour.closesUnannounced else { break }
        }
        close(socket)
    }

    /// - Returns: whether the connection goes on.
    private func write(_ answer: Answer) -> Bool {
        if behaviour.resetsMidBody {
            let half = answer.bodyOffset + (answer.bytes.count - answer.bodyOffset) / 2
            _ = Wire.send(answer.bytes[..<half], to: socket)
            // So that the half has been taken before the reset overtakes it.
            Moment.sleep(until: Moment.now + 5_000_000)
            Wire.resetOnClose(socket)
            return false
        }
        guard let interval = behaviour.dripInterval else { return Wire.send(answer.bytes[...], to: socket) }
        for position in answer.bytes.indices {
            guard Wire.send(answer.bytes[position...position], to: socket) else { return false }
            Moment.sleep(until: Moment.now + interval)
        }
        return true
    }
}

enum Wire {
    /// - Returns: whether all of it could be sent.
    static func send(_ bytes: ArraySlice<UInt8>, to socket: Int32) -> Bool {
        bytes.withUnsafeBytes { bytes in
            var sent = 0
            while sent < bytes.count {
                let part = UnsafeRawBufferPointer(rebasing: bytes[sent...])
                let count = Glibc.send(socket, part.baseAddress, part.count, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    static func resetOnClose(_ socket: Int32) {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    }

    static func setNoDelay(_ socket: Int32) {
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
    }
}
