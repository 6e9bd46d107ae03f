import ArgumentParser
import ProcessorAPI
import UnixGRPC
import UnixGRPCProtobuf

/// Lets the cardholder agree to a charge of a simulator that runs.
struct Authenticate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authenticate",
    abstract: "Lets the cardholder agree to a charge, as at the bank's page.",
    discussion: "The charge's id is the end of the address at which the cardholder agrees, and books prints it."
  )

  @Argument(help: "The charge, or the address at which its cardholder agrees.")
  var charge: String

  @Option(help: ArgumentHelp("The socket of the simulator, which has to run.", valueName: "path"))
  var socket: String

  func run() async throws {
    let client = GRPCClient(socketPath: socket)
    let id = charge.split(separator: "/").last.map(String.init) ?? charge
    do {
      _ = try await client.unary(SimulatorServiceMethods.authenticate, AuthenticateRequest(chargeID: id))
    } catch let status as GRPCStatus {
      await client.close()
      throw Failure(description: "\(status.code.name): \(status.message)")
    }
    await client.close()
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }
}
