#if canImport(Glibc)
  import Glibc
#endif

/// Whole-stream reading and writing; see read(2) and write(2).
enum StandardStreams {
  static func readAll() throws(GeneratorError) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw GeneratorError("cannot read standard input: errno \(errno)")
      }
      bytes += buffer[..<count]
    }
  }

  static func write(_ bytes: [UInt8]) throws(GeneratorError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw GeneratorError("cannot write to standard output: errno \(errno)")
      }
      rest = rest.dropFirst(count)
    }
  }

  static func complain(_ message: String) {
    _ = Array(message.utf8).withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
