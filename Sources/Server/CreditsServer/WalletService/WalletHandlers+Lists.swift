import CreditsAPI
import Ledger
import LedgerEngine
import UnixGRPC
import UnixGRPCProtobuf

// Lists.
extension WalletHandlers {
  func listWallets(_ request: ListWalletsRequest, context: ServerContext, reply: TypedReply<ListWalletsResponse>) {
    do {
      let created = try request.pageStart()
      let size = try RequestFields.pageSize(request.pageSize)
      ledger.committer.listWallets(after: created, size: size) { result in
        switch result {
        case .success(let page):
          do {
            reply.succeed(try ListWalletsResponse(page, of: request))
          } catch {
            reply.fail(error)
          }
        case .failure(let error): reply.fail(error)
        }
      }
    } catch {
      reply.fail(error)
    }
  }

  func listEntries(_ request: ListEntriesRequest, context: ServerContext, reply: TypedReply<ListEntriesResponse>) {
    do {
      let walletID = try RequestFields.walletID(request.walletID)
      let filter = EntryFilter(
        kinds: try RequestFields.entryKinds(request.kinds),
        start: try RequestFields.time(request.startTime, field: "start_time"),
        end: try RequestFields.time(request.endTime, field: "end_time")
      )
      let place = try request.pageStart()
      let size = try RequestFields.pageSize(request.pageSize)
      ledger.committer.listEntries(of: walletID, filter: filter, from: place, size: size) { result in
        switch result {
        case .success(let page):
          do {
            reply.succeed(try ListEntriesResponse(page, of: request))
          } catch {
            reply.fail(error)
          }
        case .failure(.cursorUnknown): reply.fail(PageToken.refusal)
        case .failure(let error): reply.fail(error)
        }
      }
    } catch {
      reply.fail(error)
    }
  }
}

extension WalletHandlers {
  func listHolds(_ request: ListHoldsRequest, context: ServerContext, reply: TypedReply<ListHoldsResponse>) {
    do {
      let walletID = request.walletID.isEmpty ? nil : try RequestFields.walletID(request.walletID)
      let place = try request.pageStart()
      let size = try RequestFields.pageSize(request.pageSize)
      ledger.committer.listHolds(of: walletID, after: place, size: size) { result in
        do {
          reply.succeed(try ListHoldsResponse(try result.get(), of: request))
        } catch {
          reply.fail(error)
        }
      }
    } catch {
      reply.fail(error)
    }
  }
}

extension ListHoldsResponse {
  fileprivate init(_ page: HoldPage, of request: ListHoldsRequest) throws {
    self.init(
      holds: page.holds.map { CreditsAPI.Hold($0) },
      nextPageToken: try page.next.map { try request.pageToken(at: $0) } ?? ""
    )
  }
}

extension ListWalletsResponse {
  fileprivate init(_ page: WalletPage, of request: ListWalletsRequest) throws {
    self.init(
      wallets: page.wallets.map { Wallet($0) },
      nextPageToken: try page.next.map { try request.pageToken(after: $0) } ?? ""
    )
  }
}

extension ListEntriesResponse {
  fileprivate init(_ page: EntryPage, of request: ListEntriesRequest) throws {
    self.init(
      entries: try page.records.compactMap { try Change($0).entry },
      nextPageToken: try page.next.map { try request.pageToken(at: $0) } ?? ""
    )
  }
}
