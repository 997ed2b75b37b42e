package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	tlog "github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/rfc6962"
	"golang.org/x/mod/sumdb/note"
)

const origin = "delta-hub.cn/ledger/32"

// sample is a log of three leaves, signed by a fresh key, and the proof of its second leaf.
func sample(t *testing.T) (vkey string, good entryProof) {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	hasher := rfc6962.DefaultHasher
	var leaves [][]byte
	for i := range 3 {
		leaves = append(leaves, hasher.HashLeaf(fmt.Appendf(nil, "header.payload%d.signature", i)))
	}
	root := hasher.HashChildren(hasher.HashChildren(leaves[0], leaves[1]), leaves[2])
	text := tlog.Checkpoint{Origin: origin, Size: 3, Hash: root}.Marshal()
	signed, err := note.Sign(&note.Note{Text: string(text)}, signer)
	if err != nil {
		t.Fatal(err)
	}
	return vkey, entryProof{
		Index: 1, TreeSize: 3, RootHash: root, Path: [][]byte{leaves[0], leaves[2]},
		Checkpoint: string(signed), Leaf: "header.payload1.signature",
	}
}

func TestGoodProof(t *testing.T) {
	vkey, good := sample(t)
	trusted, err := newLog(origin, vkey)
	if err != nil {
		t.Fatal(err)
	}
	if err := trusted.verify(good); err != nil {
		t.Errorf("refused a good proof: %v", err)
	}
}

func TestAlteredProofs(t *testing.T) {
	vkey, good := sample(t)
	trusted, err := newLog(origin, vkey)
	if err != nil {
		t.Fatal(err)
	}
	_, stranger := sample(t)
	flipped := append([]byte{good.RootHash[0] ^ 1}, good.RootHash[1:]...)
	for name, alter := range map[string]func(*entryProof){
		"another leaf":           func(p *entryProof) { p.Leaf += "=" },
		"another index":          func(p *entryProof) { p.Index = 0 },
		"another size":           func(p *entryProof) { p.TreeSize = 4 },
		"another root":           func(p *entryProof) { p.RootHash = flipped },
		"a shorter path":         func(p *entryProof) { p.Path = p.Path[:1] },
		"an unsigned checkpoint": func(p *entryProof) { p.Checkpoint = p.Checkpoint[:len(p.Checkpoint)-20] + "\n" },
		"a stranger's signature": func(p *entryProof) { p.Checkpoint = stranger.Checkpoint },
	} {
		altered := good
		alter(&altered)
		if trusted.verify(altered) == nil {
			t.Errorf("accepted %s", name)
		}
	}
}

func TestKeyOfAnotherLog(t *testing.T) {
	vkey, _ := sample(t)
	if _, err := newLog("delta-hub.cn/ledger/31", vkey); err == nil {
		t.Error("accepted the key of node 32 for node 31")
	}
}

func TestTrustListAndProofFile(t *testing.T) {
	vkey, good := sample(t)
	dir := t.TempDir()
	trust := write(t, dir, "trust.json", map[string]any{"nodes": []any{map[string]any{
		"node": "32", "ledgerKeys": []any{map[string]string{"name": origin, "vkey": vkey}},
	}}})
	list, err := readTrust(trust)
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := list.logOf("32")
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := readProof(write(t, dir, "proof.json", good))
	if err != nil || trusted.verify(proofs[0]) != nil {
		t.Errorf("a proof read from a file was refused: %v", err)
	}
	if _, err := list.logOf("33"); err == nil {
		t.Error("found a key for a node that is not in the list")
	}
}

func TestAnswerOfTheHub(t *testing.T) {
	_, good := sample(t)
	ledger := map[string]any{"index": 1, "proof": good}
	fact := func(ledger any) any { return map[string]any{"jws": good.Leaf, "ledger": ledger} }
	answer := func(facts ...any) []byte {
		text, err := json.Marshal(map[string]any{"data": map[string]any{"transfer": map[string]any{"facts": facts}}})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if proofs, err := proofsOf(answer(fact(ledger))); err != nil || len(proofs) != 1 || proofs[0].Leaf != good.Leaf {
		t.Errorf("one proof expected, got %v, %v", proofs, err)
	}
	for name, text := range map[string][]byte{
		"a fact without an entry": answer(fact(ledger), fact(nil)),
		"an unknown transfer":     []byte(`{"data":{"transfer":null}}`),
		"an error":                []byte(`{"errors":[{"message":"no"}]}`),
	} {
		if _, err := proofsOf(text); err == nil {
			t.Errorf("took %s for proofs", name)
		}
	}
}

func write(t *testing.T, dir, name string, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
