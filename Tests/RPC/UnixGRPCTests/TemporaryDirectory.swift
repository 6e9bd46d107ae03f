import Foundation

/// A directory with mode 0700 for a test, removed when this object is released.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    var template = Array(FileManager.default.temporaryDirectory.path.utf8CString.dropLast())
    template += Array("/cr-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw POSIXError(POSIXError.Code(rawValue: errno) ?? .EIO) }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}
