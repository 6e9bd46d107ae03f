import Foundation

/// A temporary directory of mode 0755, removed when this object is deallocated.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("ctl\(UInt32.random(in: 0 ... .max))").path
    try FileManager.default.createDirectory(
      atPath: path,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o755]
    )
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }
}
