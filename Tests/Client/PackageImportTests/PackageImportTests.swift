import Foundation
import Testing

@Suite("A dependent package")
struct PackageImportTests {
  /// The folder of this package.
  private static let package = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { folder, _ in
    folder.deletingLastPathComponent()
  }

  @Test("imports CreditsClient by path, charges a wallet, and builds no part of the server")
  func importsTheClient() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("i\(UInt32.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: directory) }
    let sources = directory.appendingPathComponent("Sources/importer")
    try FileManager.default.createDirectory(at: sources, withIntermediateDirectories: true)
    let fixture = Self.package.appendingPathComponent("Tests/Client/PackageImportTests/Fixture")
    let manifest = try String(contentsOf: fixture.appendingPathComponent("Package.swift.txt"), encoding: .utf8)
      .replacingOccurrences(of: "@CREDITS@", with: Self.package.path)
    try manifest.write(to: directory.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)
    try FileManager.default.copyItem(
      at: fixture.appendingPathComponent("main.swift.txt"),
      to: sources.appendingPathComponent("main.swift")
    )

    // The folder is kept between runs, because building the dependencies takes most of the time.
    let scratch = Self.package.appendingPathComponent(".build-import")
    let build = try run(
      "/usr/bin/env",
      ["swift", "build", "--package-path", directory.path, "--scratch-path", scratch.path]
    )
    try #require(build.status == 0, "\(build.output)")

    let products = scratch.appendingPathComponent("debug")
    let modules = try FileManager.default.contentsOfDirectory(
      atPath: products.appendingPathComponent("Modules").path
    )
    #expect(modules.contains("CreditsClient.swiftmodule"))
    for server in ["CreditsServer", "Ledger", "LedgerEngine", "SQLiteStore", "SimulatedProcessor", "creditsd"] {
      #expect(!modules.contains("\(server).swiftmodule"), "\(server) was built for a client")
    }

    let daemon = Process()
    let socket = directory.appendingPathComponent("credits.sock").path
    daemon.executableURL = Self.daemonProgram
    let data = directory.appendingPathComponent("ledger").path
    daemon.arguments = ["--socket", socket, "--data", data, "--processor", "simulated"]
    daemon.standardError = FileHandle.nullDevice
    try daemon.run()
    defer {
      daemon.terminate()
      daemon.waitUntilExit()
    }
    let importer = try run(products.appendingPathComponent("importer").path, [socket])
    #expect(importer.output == "left: $9.99\n$10.00 is more than $9.99\n")
    #expect(importer.status == 0)
  }

  private static var daemonProgram: URL {
    var directory = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
    while directory.path != "/" {
      let program = directory.appendingPathComponent("creditsd")
      if FileManager.default.isExecutableFile(atPath: program.path) { return program }
      directory.deleteLastPathComponent()
    }
    return package.appendingPathComponent(".build/debug/creditsd")
  }

  private func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }
}
