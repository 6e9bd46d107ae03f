import ArgumentParser
import CreditsVersion
import ProcessSetup

/// The debugging tool `creditsctl`.
@main
struct CreditsControl: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "creditsctl",
    abstract: "Look into and call any gRPC server on a Unix socket.",
    discussion: """
      The server's own reflection says what it serves, so no proto files are needed. Without --socket it is creditsd.

      Exit status: 0 done, 1 the call failed, 2 wrong usage or input, 3 no connection, 4 the server does not describe itself.
      """,
    version: CreditsVersion.current,
    subcommands: [
      ListCommand.self, DescribeCommand.self, CallCommand.self, HealthCommand.self, BackupCommand.self,
      VerifyCommand.self,
    ]
  )

  static func main() async {
    ProcessSetup.prepareProgram()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      if let text = failure.text(Palette(of: .standardError)) { Terminal.standardError.write(text + "\n") }
      exit(failure.exitStatus)
    } catch {
      // Help, the version and completion scripts are thrown as errors too, with exit code 0.
      if exitCode(for: error) == .success {
        Terminal.standardOutput.write(fullMessage(for: error) + "\n")
        return
      }
      Terminal.standardError.write(fullMessage(for: error) + "\n")
      exit(.usage)
    }
  }

  private static func exit(_ status: CommandFailure.ExitStatus) -> Never {
    exit(withError: ExitCode(status.rawValue))
  }
}
