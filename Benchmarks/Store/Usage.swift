import Glibc

/// The resources that the process has used so far, from proc(5) and its CPU clock.
struct Usage {
  var bytesWritten: Int
  var cpuSeconds: Double

  static func now() -> Usage {
    var cpu = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
    return Usage(
      bytesWritten: field("wchar:", of: "/proc/self/io"),
      cpuSeconds: Double(cpu.tv_sec) + Double(cpu.tv_nsec) / 1e9
    )
  }

  func since(_ start: Usage) -> Usage {
    Usage(bytesWritten: bytesWritten - start.bytesWritten, cpuSeconds: cpuSeconds - start.cpuSeconds)
  }

  static func residentMegabytes() -> Int { field("VmRSS:", of: "/proc/self/status") / 1024 }

  private static func field(_ name: String, of path: String) -> Int {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(file, &bytes, bytes.count)
    let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return 0 }
    return Int(line.dropFirst(name.count).split(whereSeparator: \.isWhitespace)[0]) ?? 0
  }
}
