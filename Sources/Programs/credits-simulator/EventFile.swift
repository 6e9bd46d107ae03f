import Glibc
import SimulatedProcessor
import Synchronization
import SystemCalls

/// The file that the simulator appends events to, for a program that delivers them to `creditsd` as a web server would.
/// Events that are cut off by a crash are lost, as they would be on a network.
final class EventFile: Sendable {
  struct OpenError: Error, CustomStringConvertible {
    let description: String
  }

  private let file: Mutex<AppendedFile>

  init(path: String) throws(OpenError) {
    file = Mutex(try Self.open(path))
  }

  private static func open(_ path: String) throws(OpenError) -> AppendedFile {
    do throws(SystemError) {
      return try AppendedFile(path: path, access: O_WRONLY)
    } catch {
      throw OpenError(description: "cannot open \(path): \(error)")
    }
  }

  /// Appends one line in one write(2), which O_APPEND keeps from interleaving with other writes.
  func append(_ event: SignedEvent) {
    let line = Array(event.signature.utf8) + [UInt8(ascii: "\t")] + event.payload + [UInt8(ascii: "\n")]
    // An event that cannot be written is lost too.
    file.withLock { try? $0.append(line, syncs: false) }
  }
}
