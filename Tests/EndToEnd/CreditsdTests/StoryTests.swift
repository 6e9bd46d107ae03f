import Foundation
import Testing

@Suite("The story")
struct StoryTests {
  @Test("runs to its end, keeps its daemon serving, and Ctrl-C stops both cleanly")
  func toItsEnd() throws {
    let story = Process()
    let output = Pipe()
    story.executableURL = RunningDaemon.program("credits-story")
    story.standardInput = FileHandle.nullDevice
    story.standardOutput = output
    try story.run()

    var text = ""
    while !text.contains("Ctrl-C ends it.") {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
    }
    #expect(text.contains("recharge at least $10.00"))
    #expect(text.contains("$500.00, $1000.00; payment details are needed; no automatic recharges"))
    #expect(text.contains("pay with visa •••• 4242, 12/2040; no automatic recharges"))
    #expect(text.contains("is billed to Ada King, Analytical Engines, 12 St James's Square, London, SW1Y 4LE, GB"))
    #expect(text.contains("pay with mastercard •••• 4444, 12/2040; below $10.00, recharge for $20.00"))
    #expect(text.contains("automatic recharges are off (below $10.00, recharge for $25.00)"))
    #expect(text.contains("the first answer again"))
    #expect(text.contains("the card is still visa •••• 4242"))
    #expect(text.contains("the card is now mastercard •••• 4444"))
    #expect(text.contains("$91.840767 available"))
    #expect(text.contains("armed: fires below $10.00; available is $91.840767"))
    #expect(text.contains("RECHARGE_PAID: $26.840767 available"))
    #expect(text.contains("RECHARGE_DECLINED: $6.00 available"))
    #expect(text.contains("the card was declined once, last with generic_decline"))
    #expect(text.contains("RECHARGE_PAID: $31.00 available"))

    let commands = text.split(separator: "\n").filter { $0.contains("creditsctl") }
    #expect(commands.count == 3)
    for command in commands { #expect(try status(of: String(command)) == 0, "\(command)") }

    kill(story.processIdentifier, SIGINT)
    text += String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    story.waitUntilExit()
    #expect(story.terminationStatus == 0)
    #expect(text.contains("removed its socket and exited with status 0"))
  }

  @Test("ends with its daemon when the terminal goes, or whoever reads it", arguments: [true, false])
  func audienceGone(terminalGoes: Bool) throws {
    let story = Process()
    let output = Pipe()
    story.executableURL = RunningDaemon.program("credits-story")
    story.standardInput = FileHandle.nullDevice
    story.standardOutput = output
    story.standardError = FileHandle.nullDevice
    try story.run()
    var text = ""
    while !text.contains("GetWallet") && !(text.contains("credits.sock") && !terminalGoes) {
      text += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }
    let socket = try #require(text.firstMatch(of: /told over (\/\S+)/)).1
    if terminalGoes { kill(story.processIdentifier, SIGHUP) } else { try output.fileHandleForReading.close() }
    story.waitUntilExit()
    #expect(story.terminationReason == .exit && story.terminationStatus == (terminalGoes ? 0 : 1))
    let directory = URL(filePath: String(socket)).deletingLastPathComponent().path
    #expect(!FileManager.default.fileExists(atPath: directory))
  }

  /// Runs a command that the story proposes, with the `creditsctl` built beside the tests.
  private func status(of command: String) throws -> Int32 {
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    let creditsctl = RunningDaemon.program("creditsctl").path
    shell.arguments = ["-c", command.replacingOccurrences(of: ".build-release/release/creditsctl", with: creditsctl)]
    shell.standardOutput = FileHandle.nullDevice
    try shell.run()
    shell.waitUntilExit()
    return shell.terminationStatus
  }
}
