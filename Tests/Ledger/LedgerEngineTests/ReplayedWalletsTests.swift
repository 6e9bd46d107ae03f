import Foundation
import Ledger
import Testing

@testable import LedgerEngine

@Suite("The wallets of a verification")
struct ReplayedWalletsTests {
  private func id(_ number: Int) -> WalletID { WalletID("wallet \(number) with a name of its own") }

  /// proc(5): the second number is the resident pages.
  private func residentBytes() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
    return try #require(Int(pages)) * Int(getpagesize())
  }

  @Test("are found by their ids, each with what was stored of it")
  func find() throws {
    var wallets = ReplayedWallets()
    let currencies = [Currency.usd, try #require(Currency(code: "EUR"))]
    for number in 0..<5000 {
      #expect(wallets.position(of: id(number)) == nil)
      let time = LedgerTime(microseconds: Int64(number))
      let position = wallets.add(id(number), currencies[number % 2], created: Int64(number) + 7, at: time)
      if number % 3 == 0 { wallets.update(position) { $0.isBroken = true } }
    }
    #expect(wallets.count == 5000)
    for number in 0..<5000 {
      let position = try #require(wallets.position(of: id(number)))
      let wallet = wallets[position]
      #expect(wallet.created == Int64(number) + 7 && wallet.createTime == LedgerTime(microseconds: Int64(number)))
      #expect(wallets.currency(of: position) == currencies[number % 2] && wallet.isBroken == (number % 3 == 0))
    }
    #expect(wallets.position(of: id(5000)) == nil)
  }

  @Test("take at most 160 bytes each, also while the table grows")
  func memory() throws {
    let count = 200_000
    let before = try residentBytes()
    var peak = before
    var wallets = ReplayedWallets()
    for number in 0..<count {
      _ = wallets.add(id(number), .usd, created: Int64(number), at: LedgerTime(microseconds: 0))
      if number.isMultiple(of: 1000) { peak = max(peak, try residentBytes()) }
    }
    #expect(wallets.count == count)
    #expect(peak - before < count * 160, "\((peak - before) / count) bytes a wallet")
  }
}
