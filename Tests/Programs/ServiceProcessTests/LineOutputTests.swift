import Glibc
import Synchronization
import Testing

@testable import ServiceProcess

@Suite("Writing log lines")
struct LineOutputTests {
  /// A file that takes so many bytes, and then fails until it gets more room.
  private final class Disk {
    var text = ""
    var room: Int
    var error = ENOSPC

    init(room: Int) { self.room = room }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
      guard room > 0 else { return -Int(error) }
      let count = min(room, bytes.count)
      text += String(decoding: bytes[..<count], as: UTF8.self)
      room -= count
      return count
    }
  }

  private static func output(to disk: Disk) -> LineOutput {
    LineOutput(notice: { Array("(\($0))\n".utf8) }, write: { disk.write($0) })
  }

  private static func chunk(_ text: String, missing: Int = 0) -> LineQueue.Chunk {
    LineQueue.Chunk(missingLines: missing, bytes: Array(text.utf8))
  }

  @Test("says how many lines are missing, before the next")
  func notice() {
    let disk = Disk(room: .max)
    var output = Self.output(to: disk)
    output.put(Self.chunk("a\n"))
    output.put(Self.chunk("b\nc\n", missing: 3))
    output.put(Self.chunk("", missing: 2))
    #expect(disk.text == "a\n(3)\nb\nc\n(2)\n")
  }

  @Test("counts what a full disk does not take, and says so when there is room again")
  func fullDisk() {
    let disk = Disk(room: 2)
    var output = Self.output(to: disk)
    output.put(Self.chunk("a\n"))
    output.put(Self.chunk("b\nc\n"))
    output.put(Self.chunk("d\n", missing: 4))
    disk.room = .max
    output.put(Self.chunk("e\n"))
    #expect(disk.text == "a\n(7)\ne\n")
  }

  @Test("begins a line of its own after half of one", arguments: 1...5)
  func halfLine(room: Int) {
    let disk = Disk(room: room)
    var output = Self.output(to: disk)
    output.put(Self.chunk("abcdef\nghi\n"))
    disk.room = .max
    output.put(Self.chunk("j\n"))
    #expect(disk.text == "abcdef".prefix(room) + "\n(2)\nj\n")
  }

  @Test("goes on after an interruption")
  func interruption() {
    let disk = Disk(room: 0)
    disk.error = EINTR
    var attempts = 0
    var output = LineOutput(notice: { _ in [] }) { bytes in
      attempts += 1
      if attempts == 3 { disk.room = .max }
      return disk.write(bytes)
    }
    output.put(Self.chunk("a\n"))
    #expect(disk.text == "a\n")
  }

  @Test("a writer takes lines though nothing is read, and ends when it is told to")
  func unreadPipe() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    signal(SIGPIPE, SIG_IGN)
    let (reading, writing) = (ends[0], ends[1])
    let writer = LineWriter { LineOutput(descriptor: writing, notice: { Array("(\($0))\n".utf8) }) }
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: 999) + [UInt8(ascii: "\n")]
    for _ in 0..<1000 { writer.write(line, isUrgent: false) }
    writer.flush(patience: .milliseconds(10))

    // Read now: what was written and what the notices say was dropped is all there was. Lines may follow a notice.
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var (written, dropped) = (0, 0)
    while written + dropped < 1000 {
      var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
      try #require(poll(&waiting, 1, 20_000) == 1, "\(written) lines were written, and \(dropped) dropped")
      let count = read(reading, &buffer, buffer.count)
      try #require(count > 0)
      text += buffer[..<count]
      let lines = text[..<((text.lastIndex(of: UInt8(ascii: "\n")) ?? 0))].split(separator: UInt8(ascii: "\n"))
      let notices = lines.filter { $0.first == UInt8(ascii: "(") }
      dropped = notices.compactMap { Int(String(decoding: $0.dropFirst().dropLast(), as: UTF8.self)) }.reduce(0, +)
      written = lines.count - notices.count
    }
    #expect(written + dropped == 1000)
    #expect(dropped > 500)
    writer.flush(patience: .seconds(60))
    close(reading)
    writer.write(line, isUrgent: false)
    writer.flush(patience: .seconds(60))
  }
}

@Suite("A log line")
struct ServiceLogHandlerTests {
  @Test("shows control characters, so that a caller can neither begin a line nor drive a terminal")
  func controls() {
    let line = ServiceLogHandler.line(level: .info, label: "x", text: " path=/a\r\nb\u{1B}[31m\u{85}é\u{7F}")
    let text = String(decoding: line, as: UTF8.self)
    #expect(text.hasSuffix(" info x: path=/a\\u{d}\\u{a}b\\u{1b}[31m\\u{85}é\\u{7f}\n"))
    #expect(text.count { $0.isNewline } == 1)
  }
}
