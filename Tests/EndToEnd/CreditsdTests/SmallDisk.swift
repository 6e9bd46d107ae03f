import Foundation
import Testing

/// A file system of a few mebibytes of the test's own, that can be filled to the last byte.
final class SmallDisk {
  /// Mounting needs a privilege that not every user or container has.
  static let canMount: Bool = {
    guard let disk = try? SmallDisk(mebibytes: 1) else { return false }
    return FileManager.default.fileExists(atPath: disk.path)
  }()

  static let skipped: Comment = "mounting a small file system needs root and CAP_SYS_ADMIN"

  let path: String
  private var filler: String { path + "/filler" }

  init(mebibytes: Int) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("d\(UInt32.random(in: 0 ... .max))").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    guard try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m,mode=0700", "tmpfs", path]) == 0 else {
      try FileManager.default.removeItem(atPath: path)
      throw CocoaError(.fileWriteNoPermission)
    }
  }

  /// Leaves no byte free.
  func fill() throws {
    let file = open(filler, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    try #require(file >= 0)
    defer { close(file) }
    for count in [65_536, 4096, 1] {
      let bytes = [UInt8](repeating: 0xFF, count: count)
      while write(file, bytes, count) > 0 {}
      try #require(errno == ENOSPC)
    }
  }

  func makeRoom() throws { try FileManager.default.removeItem(atPath: filler) }

  var files: Set<String> {
    get throws { Set(try FileManager.default.contentsOfDirectory(atPath: path)).subtracting(["filler"]) }
  }

  deinit {
    // A daemon that was killed just now may still be going.
    _ = try? Self.run("umount", ["-l", path])
    try? FileManager.default.removeItem(atPath: path)
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
