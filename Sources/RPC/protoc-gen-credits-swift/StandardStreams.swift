import Glibc
import SystemCalls

/// The generator's standard input and output.
enum StandardStreams {
  static func readAll() throws(GeneratorError) -> [UInt8] {
    do { return try ByteStream.readAll(from: STDIN_FILENO) } catch {
      throw GeneratorError("cannot read standard input: \(error)")
    }
  }

  static func write(_ bytes: [UInt8]) throws(GeneratorError) {
    do { try ByteStream.writeAll(bytes[...], to: STDOUT_FILENO) } catch {
      throw GeneratorError("cannot write to standard output: \(error)")
    }
  }

  static func complain(_ message: String) {
    try? ByteStream.writeAll(Array(message.utf8)[...], to: STDERR_FILENO)
  }
}
