"""draft"""
from __future__ import annotations
import numpy as np
from collections import defaultdict
from samen.search.rules.letters import words, normalise
from samen.search.rules import endings
from samen.search.engine.vocabulary import Vocabulary

P=dict(broad=.6, mean=.92, sign=.85, best=.6, cov=.4, sup=.35, little=.15, unk=2.0, covered=.25, stem=.85, link=.1, page=.01, exact=.15, latq=.5, floor=.6, gam=1.5, power=.5)

class Meanings:
    def __init__(self, broader, wordlists, signs):
        self.broader=broader; self.signs=signs
        self.names=list(broader); self.no={m:i for i,m in enumerate(self.names)}
        self.up={self.no[m]:[self.no[x] for x in self._chain(m)] for m in broader}
        self.single=defaultdict(dict)  # lang -> word -> set
        self.multi=defaultdict(lambda: defaultdict(list)) # lang -> first word -> [(words, meaning)]
        self.stem=defaultdict(dict)
        for lang,d in wordlists.items():
            for m,entries in d.items():
                for e in entries:
                    ws=tuple(words(e))
                    if len(ws)==1: self.single[lang].setdefault(ws[0],set()).add(self.no[m])
                    elif ws: self.multi[lang][ws[0]].append((ws,self.no[m]))
            for w,ms in self.single[lang].items():
                for s in endings.stems(w,lang):
                    if len(s)>=2: 
                        cur=self.stem[lang].setdefault(s,{})
                        for x in ms: cur[x]=max(cur.get(x,0),len(s)/len(w))
    def _chain(self,m):
        out=[]; b=self.broader.get(m)
        while b: out.append(b); b=self.broader.get(b)
        return out
    def of(self,word,lang):
        """meanings of a word in a language: {meaning: strength}"""
        ms=self.single[lang].get(word)
        if ms: return {m:1.0 for m in ms}
        best={}
        for s in endings.stems(word,lang):
            for m,r in self.stem[lang].get(s,{}).items():
                v=P['stem']*min(r,1)*(len(s)/len(word))**.5
                if v>best.get(m,0): best[m]=v
        if not best: return {}
        top=max(best.values())
        if top<.45: return {}
        return {m:v for m,v in best.items() if v>=top*.9}

class Understanding:
    def __init__(self, concepts, meanings):
        self.M=M=meanings
        kinds=('sit','sup','form')
        cs=[c for c in concepts if c['kind'] in kinds]
        self.all=[c['id'] for c in cs]; idx={k:i for i,k in enumerate(self.all)}
        self.keys=[c['id'] for c in cs if c['kind']=='sit']
        self.sit=np.array([idx[k] for k in self.keys])
        docs=[]
        for c in cs:
            for l,x in c['label'].items(): docs.append((idx[c['id']],1.0,l,x))
            for l,xs in c['say'].items():
                for x in xs: docs.append((idx[c['id']],1.0,l,x))
        self.docs=docs
        toks=[words(d[3]) for d in docs]
        entries={(w,d[2]) for d,t in zip(docs,toks) for w in t}
        for lang in M.single:
            entries|={(w,lang) for w in M.single[lang]}
            entries|={(w,lang) for f in M.multi[lang].values() for ws,_ in f for w in ws}
        self.v=Vocabulary(entries)
        V=len(self.v.words); self.V=V; NM=len(M.names); self.NM=NM
        # meanings of terms
        self.term_meaning=[{} for _ in range(V)]
        cache={}
        langs_of=defaultdict(set)
        for w,l in entries:
            langs_of[w].add(l)
            ms=M.of(w,l); cache[(w,l)]=ms
            tm=self.term_meaning[self.v.number[w]]
            for m,s in ms.items(): tm[m]=max(tm.get(m,0),s)
        # words typed in Latin letters for another script
        lat=[(w,l) for w,l in entries if l in ('ar','fa','uk','ti') and w.isascii() and not cache[(w,l)] and not endings.is_little(w,l)]
        for (w,l),c in zip(lat,self.v.find([w for w,_ in lat],demote=False)):
            best={}
            for t,q in c.items():
                if q<P['latq'] or l not in langs_of[self.v.words[t]]: continue
                for m,s in cache.get((self.v.words[t],l),{}).items():
                    if q*s>best.get(m,0): best[m]=q*s
            if best:
                top=max(best.values()); best={m:v for m,v in best.items() if v>=top*.85 and v>=.4}
                if len(best)<=3:
                    cache[(w,l)]=best; tm=self.term_meaning[self.v.number[w]]
                    for m,s in best.items(): tm[m]=max(tm.get(m,0),s)
        self.L10=sorted({l for _,l in entries})
        li={l:i for i,l in enumerate(self.L10)}
        self.term_langs=[[li[l] for l in langs_of[w]] for w in self.v.words]
        self.is_little=np.array([all(endings.is_little(w,l) for l in langs_of[w]) and not self.term_meaning[i] for i,w in enumerate(self.v.words)])
        # multi by term numbers
        self.first=defaultdict(list)
        for lang in M.multi:
            for f,es in M.multi[lang].items():
                for ws,m in es: self.first[self.v.number[f]].append((tuple(self.v.number[w] for w in ws),m))
        # doc tokens
        T=[];D=[];Q=[]; self.pos=[]
        for i,(d,t) in enumerate(zip(docs,toks)):
            lang=d[2]; feats={}; pos=[]
            cover={}
            for a,w in enumerate(t):
                for ws,m in M.multi[lang].get(w,()):
                    if tuple(t[a:a+len(ws)])==ws:
                        for b in range(a,a+len(ws)): cover.setdefault(b,{})[m]=(b==a)
            for a,w in enumerate(t):
                n=self.v.number[w]; feats[n]=1.0
                ms=dict(cache[(w,lang)])
                first=None
                if a in cover:
                    for m,isf in cover[a].items(): ms[m]=1.0
                    first=any(cover[a].values())
                pos.append((n,[m for m in ms],first))
                for m,s in ms.items():
                    feats[V+m]=max(feats.get(V+m,0),s)
                    for u in M.up[m]: feats[V+u]=max(feats.get(V+u,0),s*P['broad'])
            for f,q in feats.items(): T.append(f);D.append(i);Q.append(q)
            self.pos.append(pos)
        n=len(docs)
        need=[d[0] for d in docs]; weight=[d[1] for d in docs]; self.texts=[d[3] for d in docs]; self.lang=[d[2] for d in docs]
        for k,ss in M.signs.items():
            if k not in idx: continue
            for s in ss:
                ms=[M.no[x] for x in s.split()]
                feats={}
                for m in ms:
                    feats[V+m]=1.0
                    for u in M.up[m]: feats[V+u]=max(feats.get(V+u,0),P['broad'])
                for f,q in feats.items(): T.append(f);D.append(n);Q.append(q)
                self.pos.append([(-1,[m],None) for m in ms]); need.append(idx[k]); weight.append(P['sign']); self.texts.append(''); self.lang.append('*'); n+=1
        self.n=n; self.need=np.array(need); self.weight=np.array(weight,np.float32)
        T=np.array(T);D=np.array(D);Q=np.array(Q,np.float32)
        o=np.argsort(T,kind='stable'); T=T[o]; self.D=D[o]; self.Q=Q[o]
        F=V+NM; self.F=F
        self.start=np.searchsorted(T,np.arange(F+1))
        issit=np.zeros(len(self.all),bool); issit[self.sit]=True
        strong=issit[self.need[self.D]]&(self.Q>.5)
        N=len(self.sit); K=len(self.all)
        pairs=np.unique(T[strong].astype(np.int64)*K+self.need[self.D[strong]])
        df=np.bincount(pairs//K,minlength=F)
        idf=np.log(1+(N-df+.5)/(df+.5))
        idf[:V][self.is_little]*=P['little']
        # a word with a meaning is worth what its meaning is worth
        for i,tm in enumerate(self.term_meaning):
            if tm: idf[i]=min(idf[i],max(idf[V+m] for m in tm)) 
        self.idf=idf.astype(np.float32)
        self.norm=np.zeros(n,np.float32)
        for i,pos in enumerate(self.pos):
            tot=0
            for t,ms,first in pos:
                w=self.idf[t] if t>=0 else 9
                if ms: 
                    wm=max(self.idf[V+m] for m in ms); w=wm if first is not None else min(w,wm)
                if first is False: w*=P['covered']
                tot+=w
            self.norm[i]=tot
        self.links=[]
        for c in cs:
            if c['kind']!='sit': continue
            row=[]
            for kind,w in (('support',1.0),('forms',.8)):
                for p,k in enumerate(c.get(kind) or []):
                    if k in idx: row.append((idx[k],w*(1-P['link']*p)))
            self.links.append(row)
        self.L=np.zeros((len(self.sit),K),np.float32)
        for i,row in enumerate(self.links):
            for j,w in row: self.L[i,j]=w
    def slots(self,text):
        ws=words(text); found=self.v.find(ws); V=self.V; M=self.M
        found=[({t:q for t,q in c.items() if q>=.55} if w in self.v.number and self.is_little[self.v.number[w]] else c) for w,c in zip(ws,found)]
        votes=np.zeros(len(self.L10))
        for c in found:
            one=np.zeros(len(self.L10))
            for t,q in c.items():
                for l in self.term_langs[t]:
                    if q>one[l]: one[l]=q
            votes+=one**2
        if votes.max()>0:
            aff=P['floor']+(1-P['floor'])*(votes/votes.max())**P['gam']
            found=[{t:q*max(aff[l] for l in self.term_langs[t]) for t,q in c.items()} for c in found]
        slots=[]
        for w,c in zip(ws,found):
            ms={}
            for t,q in c.items():
                for m,s in self.term_meaning[t].items():
                    v=q*s
                    if v>ms.get(m,0): ms[m]=v
            slots.append([w,c,ms,1.0])
        # multi
        for i,(w,c,ms,_) in enumerate(slots):
            for t,q in c.items():
                if q<.6: continue
                for seq,m in self.first.get(t,()):
                    j=i; qq=q; used=[i]; ok=True
                    for nxt in seq[1:]:
                        for jj in range(j+1,min(j+3,len(slots))):
                            s=slots[jj][1].get(nxt,0)
                            if s>=.6: j=jj; qq=min(qq,s); used.append(jj); break
                        else: ok=False; break
                    if ok:
                        for a,u in enumerate(used):
                            if qq>=slots[u][2].get(m,0): slots[u][2][m]=qq
                            if a: slots[u][3]=min(slots[u][3],P['covered'])
        return slots
    def understand(self,text,page=None,explain=False):
        slots=self.slots(text)
        if not slots: return []
        K=len(self.all); total=np.zeros(self.n,np.float32); cov=np.zeros(K,np.float32); W=0.
        V=self.V
        for w,c,ms,fac in slots:
            if not c:
                W+=(.5 if endings.is_little(w) or len(w)<3 else P['unk']); continue
            feats={t:q for t,q in c.items()}
            for m,q in ms.items():
                feats[V+m]=max(feats.get(V+m,0),q*P['mean'])
                for u in self.M.up[m]: feats[V+u]=max(feats.get(V+u,0),q*P['mean']*P['broad'])
            wt=max(q*self.idf[f] for f,q in feats.items())*fac
            W+=wt
            slot=np.zeros(self.n,np.float32)
            for f,q in feats.items():
                a,b=self.start[f],self.start[f+1]
                d=self.D[a:b]
                np.maximum.at(slot,d,self.Q[a:b]*(q*min(wt,self.idf[f]*fac)))
            total+=slot
            n=np.zeros(K,np.float32); np.maximum.at(n,self.need,slot*self.weight)
            cov+=n
        sim=total/np.sqrt(np.maximum(W*np.maximum(self.norm,.3),1e-6))*self.weight
        sim=np.minimum(sim,1.2)
        best=np.zeros(K,np.float32); np.maximum.at(best,self.need,sim)
        sc=P['best']*best+P['cov']*cov/max(W,1e-6)
        score=sc[self.sit]+P['sup']*(self.L*sc[None,:]).max(1)
        order=np.argsort(-score,kind='stable')[:6]
        if explain:
            for i in order:
                k=self.sit[i]; d=np.flatnonzero(self.need==k); j=d[np.argmax(sim[d])]
                print('   ',self.keys[i],round(float(score[i]),3),'best',round(float(best[k]),3),'cov',round(float(cov[k]/W),3),'|',self.lang[j],self.texts[j] or [self.M.names[p[1][0]] for p in self.pos[j]])
            for w,c,ms,f in slots: print('     ',w,[(self.v.words[t],round(q,2)) for t,q in sorted(c.items(),key=lambda z:-z[1])[:5]],[(self.M.names[m],round(q,2)) for m,q in sorted(ms.items(),key=lambda z:-z[1])[:4]],f)
        return [(self.keys[i],float(score[i])) for i in order if score[i]>.05]
