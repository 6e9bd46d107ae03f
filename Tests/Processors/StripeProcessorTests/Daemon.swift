import Foundation

/// A `creditsd` process for one test.
final class Daemon {
  private let process = Process()
  private let directory: URL
  let socketPath: String

  init(processor: StripeProcess, withoutNetwork: Bool) throws {
    directory = processor.directory
    socketPath = directory.path + "/daemon/credits.sock"
    let program = StripeProcess.program("creditsd")
    let arguments = [
      "--socket", socketPath, "--data", directory.path + "/ledger", "--processor", "unix:\(processor.socketPath)",
    ]
    process.executableURL = withoutNetwork ? URL(filePath: "/usr/bin/unshare") : program
    process.arguments = (withoutNetwork ? ["--net", program.path] : []) + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  func stop() -> Int32 {
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    return process.terminationStatus
  }

  deinit {
    if process.isRunning { _ = stop() }
  }
}
