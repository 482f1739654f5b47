"""draft"""
from __future__ import annotations
import math
import numpy as np
from samen.search.rules.letters import words, normalise
from samen.search.rules import endings
from samen.search.engine.vocabulary import Vocabulary

class Understanding:
    def __init__(self, concepts):
        sits=[c for c in concepts if c['kind']=='sit']
        self.keys=[c['id'] for c in sits]
        idx={k:i for i,k in enumerate(self.keys)}
        docs=[]  # (need, weight, lang, text)
        by={c['id']:c for c in concepts}
        for c in sits:
            for l,x in c['label'].items(): docs.append((idx[c['id']],1.0,l,x))
            for l,xs in c['say'].items():
                for x in xs: docs.append((idx[c['id']],1.0,l,x))
        for c in sits:
            for kind,w in (('support',.45),('forms',.4)):
                for pos,k in enumerate(c.get(kind) or []):
                    b=by.get(k)
                    if not b: continue
                    for l,x in b['label'].items(): docs.append((idx[c['id']],w*(1-.1*pos),l,x))
                    for l,xs in b['say'].items():
                        for x in xs: docs.append((idx[c['id']],w*(1-.1*pos),l,x))
        self.docs=docs
        toks=[words(d[3]) for d in docs]
        self.v=Vocabulary((w,d[2]) for d,t in zip(docs,toks) for w in t)
        V=len(self.v.words)
        N=len(self.keys)
        self.need=np.array([d[0] for d in docs]); self.weight=np.array([d[1] for d in docs],np.float32)
        # postings term->docs
        T=[];D=[]
        for i,t in enumerate(toks):
            for w in set(t): T.append(self.v.number[w]); D.append(i)
        T=np.array(T);D=np.array(D); o=np.argsort(T,kind='stable'); T=T[o];D=D[o]
        self.start=np.searchsorted(T,np.arange(V+1)); self.D=D
        # idf by needs (strong docs only)
        strong=self.weight[D]>=.99
        df=np.zeros(V); 
        pairs=np.unique(T[strong].astype(np.int64)*N+self.need[D[strong]]); 
        df=np.bincount(pairs//N,minlength=V)
        self.idf=np.log(1+(N-df+.5)/(df+.5)).astype(np.float32)
        little=np.array([endings.is_little(w) for w in self.v.words])
        self.idf=np.where(little,self.idf*.15,self.idf).astype(np.float32)
        self.norm=np.array([sum(self.idf[self.v.number[w]] for w in t) for t in toks],np.float32)
        self.len=len(docs)
    def understand(self,text,page=None):
        ws=words(text)
        if not ws: return []
        found=self.v.find(ws)
        total=np.zeros(self.len,np.float32); W=0.
        N=len(self.keys); cov=np.zeros(N,np.float32)
        for w,c in zip(ws,found):
            if not c:
                W+=.5 if endings.is_little(w) or len(w)<3 else 2.0; continue
            slot=np.zeros(self.len,np.float32)
            wt=max(q*self.idf[t] for t,q in c.items())
            W+=wt
            for t,q in c.items():
                d=self.D[self.start[t]:self.start[t+1]]
                np.maximum.at(slot,d,q*min(wt,self.idf[t]))
            total+=slot
            n=np.zeros(N,np.float32); np.maximum.at(n,self.need,slot*self.weight)
            cov+=n
        sim=total/np.sqrt(np.maximum(W*self.norm,1e-6))*self.weight
        best=np.zeros(N,np.float32); np.maximum.at(best,self.need,sim)
        score=.6*best+.4*cov/W
        order=np.argsort(-score,kind='stable')[:6]
        return [(self.keys[i],float(score[i])) for i in order if score[i]>.05]
